import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "bullmq";
import { CONTENDERS, type ContenderName } from "./contenders.ts";

/** What a stretch of work took. */
export interface Work {
  /** User and system time of all threads of the process, in microseconds. */
  readonly cpuMicroseconds: number;
  readonly seconds: number;
}

/**
 * A process with one BullMQ worker, at rest until it is asked: `/work?jobs=1000` works off that many jobs of a queue that
 * holds them already, so that nothing but working is measured, and answers {@link Work}. Its page has a port of its own.
 */
const [contender, redisUrl = "", queue = ""] = process.argv.slice(2);
const { processor, telemetry, observe, port, stop } = await CONTENDERS[contender as ContenderName](redisUrl, queue);
const worker = new Worker(queue, processor, {
  connection: { url: redisUrl },
  autorun: false,
  ...(telemetry && { telemetry }),
});
observe?.(worker);
worker.on("error", (error) => process.stderr.write(`${error.stack}\n`));
let completed = 0;
let enough = Number.POSITIVE_INFINITY;
let finish = (): void => {};
worker.on("completed", () => {
  if (++completed === enough) finish();
});
await worker.waitUntilReady();
await worker.pause();

async function work(jobs: number): Promise<Work> {
  enough = completed + jobs;
  const finished = new Promise<Work>((resolve) => {
    finish = () => {
      const { user, system } = process.cpuUsage(cpuBefore);
      resolve({ cpuMicroseconds: user + system, seconds: (performance.now() - startedAt) / 1000 });
    };
  });
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await worker.resume();
  const result = await finished;
  await worker.pause();
  return result;
}

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url ?? "", "http://localhost");
  response.end(JSON.stringify(await work(Number(searchParams.get("jobs")))));
});
await once(server.listen(0, "127.0.0.1"), "listening");
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void worker.close().then(stop);
});
process.stdout.write(`metrics ${port ?? "none"}\ncontrol ${(server.address() as AddressInfo).port}\n`);
