import { freePort, type RunningProcess, startProcess } from "../../services/index.ts";
import { pythonOf } from "../programs.ts";

/** Flower as its users start it: `celery flower`. */
export interface FlowerServer extends AsyncDisposable {
  readonly process: RunningProcess;
  /** Where Prometheus scrapes it. */
  readonly metricsUrl: string;
}

/** Starts Flower 2.2.0 on a broker; resolves when it serves its page and listens to events. */
export async function startFlower(brokerUrl: string): Promise<FlowerServer> {
  const port = await freePort();
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  const process = await startProcess({
    command: pythonOf("flower"),
    args: ["-m", "celery", "-b", brokerUrl, "flower", "--address=127.0.0.1", `--port=${port}`],
    readyWhen: async () => (await fetch(metricsUrl)).ok,
    timeoutMs: 60_000,
  });
  return { process, metricsUrl, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}
