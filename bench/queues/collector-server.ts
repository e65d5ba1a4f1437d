import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createRedisBroker, parseQueue } from "@taskvitals/redis";
import { startTaskVitals } from "taskvitals";
import { describeLists, describeMixed, READY_TASKS } from "./mixed-queues.ts";

/**
 * A process that reads queues and does nothing else. `/read` is one reading of the broker, `/page` one page through the SDK; both answer what
 * that cost. `/metrics` is the page as a scraper has it.
 */
const [url = "", kind, count] = process.argv.slice(2);
const queues = kind === "mixed" ? describeMixed(Number(count)) : describeLists(Number(count));
const DEADLINE_MS = 10_000;

const broker = await createRedisBroker(
  { name: "default", connection: url, deadlineMs: DEADLINE_MS, path: "redis" },
  { onProblem: (operation, message) => process.stderr.write(`${operation}: ${message}\n`) },
);
for (const [index, queue] of queues.entries()) broker.add(parseQueue(queue, `queues[${index}]`));
const vitals = await startTaskVitals({
  serviceName: "bench",
  redis: url,
  queues,
  readDeadlineMs: DEADLINE_MS,
  endpoint: false,
  environment: {},
});
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

/** What one collection cost this process. */
export interface CollectionCost {
  readonly ms: number;
  /** Processor time, of all threads. */
  readonly cpuMs: number;
  /** The longest stall of the event loop. */
  readonly stallMs: number;
  /** When it began and ended, in milliseconds since the epoch. */
  readonly began: number;
  readonly ended: number;
}

async function cost(collect: () => Promise<void>): Promise<CollectionCost> {
  delay.reset();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await collect();
  const endedAt = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  // A stall counts when the timer that it held up has fired.
  await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    ms: endedAt - startedAt,
    cpuMs: (user + system) / 1000,
    stallMs: delay.max / 1e6,
    began: performance.timeOrigin + startedAt,
    ended: performance.timeOrigin + endedAt,
  };
}

/** One reading; rejects unless it tells the truth about each queue. */
async function read(): Promise<void> {
  const reading = await broker.read();
  for (const queue of reading.queues) {
    if (queue.ok && queue.ready === READY_TASKS && queue.problems.length === 0) continue;
    throw new Error(`A queue was read wrongly: ${JSON.stringify(queue)}`);
  }
  if (reading.queues.length !== queues.length) throw new Error(`${reading.queues.length} queues were read`);
}

async function page(): Promise<void> {
  const request = new Request("http://localhost/metrics", { headers: { "accept-encoding": "gzip" } });
  const { status, body } = await vitals.fetchHandler(request);
  if (status !== 200) throw new Error(`The page has the status ${status}`);
  for await (const _ of body ?? []);
}

const server = createServer((request, response) => {
  if (request.url === "/metrics") {
    vitals.nodeHandler(request, response);
    return;
  }
  cost(request.url === "/page" ? page : read).then(
    (result) => response.end(JSON.stringify(result)),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(0, "127.0.0.1", () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", () => {
  server.closeAllConnections();
  server.close();
  delay.disable();
  void broker.shutdown();
  void vitals.shutdown();
});
