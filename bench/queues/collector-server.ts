import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { gunzipSync } from "node:zlib";
import { createRedisBroker, parseQueue, type RedisBroker } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { startTaskVitals } from "taskvitals";
import { describeLists, describeMixed, READY_TASKS } from "./mixed-queues.ts";

/**
 * A process that reads queues and does nothing else, through a connection of our own or a client of the application's. `/read` is one reading of the
 * broker, `/page` one page through the SDK; each answers what it cost. `/metrics` is the page as a scraper has it.
 */
const [url = "", through, kind, count] = process.argv.slice(2);
const queues = kind === "mixed" ? describeMixed(Number(count)) : describeLists(Number(count));
const DEADLINE_MS = 10_000;

const client = through === "client" ? new Redis(url) : undefined;
const broker = await createRedisBroker(
  { name: "default", connection: client ?? url, deadlineMs: DEADLINE_MS, path: "redis" },
  { onProblem: (operation, message) => process.stderr.write(`${operation}: ${message}\n`) },
);
for (const [index, queue] of queues.entries()) broker.add(parseQueue(queue, `queues[${index}]`));
const vitals = await startTaskVitals({
  serviceName: "bench",
  redis: client ?? url,
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

/** Collects, then checks what was collected. */
async function cost<T>(collect: () => Promise<T>, check: (collected: T) => void): Promise<CollectionCost> {
  delay.reset();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const collected = await collect();
  const endedAt = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  // A stall counts when the timer that it held up has fired.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const stallMs = delay.max / 1e6;
  check(collected);
  return {
    ms: endedAt - startedAt,
    cpuMs: (user + system) / 1000,
    stallMs,
    began: performance.timeOrigin + startedAt,
    ended: performance.timeOrigin + endedAt,
  };
}

type Reading = Awaited<ReturnType<RedisBroker["read"]>>;

/** A reading counts when it tells the truth about each queue. */
function checkReading(reading: Reading): void {
  for (const queue of reading.queues) {
    if (queue.ok && queue.ready === READY_TASKS && queue.problems.length === 0) continue;
    throw new Error(`A queue was read wrongly: ${JSON.stringify(queue)}`);
  }
  if (reading.queues.length !== queues.length) throw new Error(`${reading.queues.length} queues were read`);
}

async function page(): Promise<Buffer> {
  const request = new Request("http://localhost/metrics", { headers: { "accept-encoding": "gzip" } });
  const { body } = await vitals.fetchHandler(request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

let wholeBytes: number | undefined;

/** A page counts when it has all queues. Only the first is unpacked: many megabytes of text would weigh on the pages after it. */
function checkPage(page: Buffer): void {
  if (wholeBytes === undefined) {
    const lengths = gunzipSync(page)
      .toString()
      .match(/^task_queue_length\{/gm);
    if (lengths?.length !== queues.length) throw new Error(`The page has ${lengths?.length} queues`);
    wholeBytes = page.length;
  }
  if (page.length < wholeBytes * 0.9) throw new Error(`The page has ${page.length} bytes, the first had ${wholeBytes}`);
}

const answers: Readonly<Record<string, () => Promise<CollectionCost>>> = {
  "/read": () => cost(() => broker.read(), checkReading),
  "/page": () => cost(page, checkPage),
};

const server = createServer((request, response) => {
  const answer = answers[request.url ?? ""];
  if (answer === undefined) {
    vitals.nodeHandler(request, response);
    return;
  }
  answer().then(
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
  client?.disconnect();
  void broker.shutdown();
  void vitals.shutdown();
});
