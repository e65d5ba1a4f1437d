import { startTaskVitals, type TaskVitals } from "taskvitals";
import { startStandardWorker } from "./standard-worker.ts";

/** How what a worker counts leaves it: `none` is the worker alone, `standard` OpenTelemetry's own reader and exporter. */
export type WayOut = "none" | "scrape" | "otlp" | "otlp-gzip" | "shared" | "standard";

/** One worker as far as its vital signs go. */
export interface SimulatedWorker {
  /** Where it is scraped, if it is. */
  readonly url: string | undefined;
  /** Ends a task of each kind. */
  work(durationSeconds: number): void;
  shutdown(): Promise<void>;
}

/** The kinds of task of each worker: three tasks by two queues. */
export const PAIRS: readonly { readonly task: string; readonly queue: string }[] = [
  "preprocess",
  "train_lora",
  "evaluate",
].flatMap((task) => ["cpu", "gpu"].map((queue) => ({ task, queue })));

/** Starts the worker of that number. `target` is the URL of the receiver where there is one. */
export async function startWorker(
  way: WayOut,
  number: number,
  intervalMs: number,
  target: string,
): Promise<SimulatedWorker> {
  const instance = `worker-${number}`;
  if (way === "standard") return startStandardWorker(instance, intervalMs, target);
  const vitals = await startTaskVitals({
    serviceName: "bench",
    resourceAttributes: { "service.instance.id": instance },
    tasks: PAIRS,
    concurrency: { cpu: 1, gpu: 1 },
    endpoint: way === "scrape" ? { host: "127.0.0.1", port: 0 } : false,
    otlp: pushOptions(way, intervalMs, target),
    // An event loop is the process' own, and a thousand workers share this one.
    runtimeMetrics: false,
    environment: {},
    ...(way === "shared" ? { redis: target, sharedTotals: { page: false, intervalMs } } : {}),
  });
  return {
    url: vitals.endpoint?.url,
    work: (durationSeconds) => endTasks(vitals, durationSeconds),
    shutdown: () => vitals.shutdown(),
  };
}

function endTasks({ tasks }: TaskVitals, durationSeconds: number): void {
  for (const pair of PAIRS) {
    tasks.record({ ...pair, outcome: "success", durationSeconds, waitSeconds: durationSeconds / 2 });
  }
}

function pushOptions(way: WayOut, intervalMs: number, target: string) {
  if (way !== "otlp" && way !== "otlp-gzip") return false;
  const compression = way === "otlp" ? "none" : "gzip";
  return { endpoint: `${target}/v1/metrics`, intervalMs, compression } as const;
}
