import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import type { TaskVitals } from "../src/index.ts";
import { startVitals } from "./start-vitals.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

function usedMegabytes(): number {
  gc();
  gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Scrapes one after the other, each of which has to read anew: a change of the queues ends the sharing of a reading. */
async function scrapeAnew(vitals: TaskVitals, scrape: () => Promise<unknown>, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    vitals.queues.remove("other");
    vitals.queues.add("list:other");
    await scrape();
  }
}

const clients = {
  "a connection of ours": () => server.url,
  "an ioredis 6 client": () => new Redis(server.url),
  "an ioredis 5 client": () => new Redis5(server.url),
};

test.each(Object.entries(clients))(
  "1 000 scrapes of a frozen Redis through %s leave commands and memory flat",
  {
    timeout: 300_000,
  },
  async (_, connect) => {
    const connection = connect();
    if (typeof connection !== "string") {
      onTestFinished(() => connection.disconnect());
      await connection.ping();
    }
    const { vitals, scrape } = await startVitals({
      redis: connection,
      queues: ["list:jobs", "list:other"],
      readDeadlineMs: 20,
      runtimeMetrics: false,
    });
    await expect
      .poll(async () => (await scrape()).value("task_queue_length", { queue: "jobs" }), {
        timeout: 20_000,
        interval: 1100,
      })
      .toBe(0);

    server.freeze();
    onTestFinished(() => server.resume());
    await scrapeAnew(vitals, scrape, 100);
    const before = usedMegabytes();
    await scrapeAnew(vitals, scrape, 900);
    expect(usedMegabytes() - before).toBeLessThan(2);
    if (typeof connection !== "string") {
      const { commandQueue, offlineQueue } = connection as unknown as Record<string, { readonly length: number }>;
      // The one reading that is unanswered: LLEN of both queues, and the health of the server (ping, time, memory, role).
      expect([commandQueue?.length, offlineQueue?.length]).toEqual([2 + 4, 0]);
    }
    const page = await scrape();
    expect(page.series("task_queue_length")).toEqual([]);
    expect(page.value("task_queue_read_error_total", { queue: "jobs", reason: "timeout" })).toBeGreaterThanOrEqual(
      1000,
    );

    server.resume();
    await expect
      .poll(async () => (await scrape()).value("task_queue_length", { queue: "jobs" }), {
        timeout: 20_000,
        interval: 250,
      })
      .toBe(0);
  },
);
