import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Redis } from "ioredis";
import { startTaskVitals } from "taskvitals";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, type MetricsPage } from "./metrics-page.ts";
import { type RedisServer, startRedis, waitUntil } from "./services/index.ts";

/** How long the faults go on; `npm run soak` makes it longer. */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 0.3);
const SCRAPE_EVERY_MS = 200;
const HEAP_GROWTH_BYTES = 6_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let redis: RedisServer;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => {});
});

afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

/** Real faults, each with what a page may say of the queue's length once the reading before it is no longer shared. */
const FAULTS: readonly {
  readonly name: string;
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
  readonly lengths: readonly (number | undefined)[];
}[] = [
  {
    name: "frozen",
    begin: async () => redis.freeze(),
    end: async () => redis.resume(),
    lengths: [undefined],
  },
  { name: "killed", begin: () => redis.kill(), end: () => redis.restart(), lengths: [undefined] },
  {
    name: "a key of the wrong type",
    begin: () => client.multi().del("jobs").set("jobs", "text").exec(),
    end: () => client.del("jobs"),
    lengths: [undefined],
  },
  {
    name: "every connection cut",
    begin: () => client.call("CLIENT", "KILL", "TYPE", "normal"),
    end: async () => {},
    // The connection is back within a moment.
    lengths: [undefined, 3],
  },
];

test(
  "whatever happens to Redis, each scrape answers with all else in it, no counter moves back, and memory stays flat",
  async () => {
    await using vitals = await startTaskVitals({
      redis: redis.url,
      queues: ["list:jobs"],
      endpoint: { port: 0, host: "127.0.0.1" },
      environment: {},
      logger: { warn: () => {} },
    });
    const url = vitals.endpoint?.url as string;
    let recorded = 0;
    let failedReadings = 0;
    const scrape = async (): Promise<MetricsPage> => {
      recorded += 1;
      vitals.tasks.record({ task: "train", outcome: "success", durationSeconds: 1 });
      const page = await fetchPage(url);
      expect(page.value("task_success_total")).toBe(recorded);
      expect(page.value("task_duration_seconds_count")).toBe(recorded);
      expect(page.value("system_memory_usage_gigabytes")).toBeGreaterThan(0);
      const failed = page.samples
        .filter(({ name }) => name === "task_queue_read_error_total")
        .reduce((sum, { value }) => sum + value, 0);
      expect(failed).toBeGreaterThanOrEqual(failedReadings);
      failedReadings = failed;
      return page;
    };
    const round = async (): Promise<void> => {
      for (const fault of FAULTS) {
        await client.del("jobs");
        await client.rpush("jobs", "a", "b", "c");
        await waitUntil(async () => (await scrape()).value("task_queue_length") === 3, {
          what: `the queue's length before "${fault.name}"`,
          intervalMs: SCRAPE_EVERY_MS,
        });
        await fault.begin();
        const settled = performance.now() + 1250;
        const end = settled + 1000;
        while (performance.now() < end) {
          const startedAt = performance.now();
          const length = (await scrape()).value("task_queue_length");
          if (startedAt > settled) expect(fault.lengths, fault.name).toContain(length);
          await pause(SCRAPE_EVERY_MS);
        }
        await fault.end();
      }
    };

    await round();
    const warm = heapBytes();
    const deadline = performance.now() + MINUTES * 60_000;
    do await round();
    while (performance.now() < deadline);
    expect(heapBytes() - warm).toBeLessThan(HEAP_GROWTH_BYTES);
    expect(failedReadings).toBeGreaterThan(0);
  },
  MINUTES * 60_000 + 120_000,
);

function heapBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
