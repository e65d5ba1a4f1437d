import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import type { TaskVitalsOptions } from "../src/index.ts";
import { type StartedVitals, startVitals } from "./start-vitals.ts";

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis({ args: ["--maxmemory", "64mb"] });
  redis = new Redis(server.url).on("error", () => {}); // the server is killed below
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

const POLL = { timeout: 20_000, interval: 200 };

const start = (options: TaskVitalsOptions): Promise<StartedVitals> => startVitals({ redis: server.url, ...options });

function open(name: string): Queue {
  const queue = new Queue(name, { connection: { host: server.host, port: server.port } });
  onTestFinished(() => queue.close());
  return queue;
}

test("a BullMQ queue shows what waits, what is delayed, for how long, and that it is paused", async () => {
  const queue = open("mails");
  const { scrape } = await start({ queues: ["bullmq:mails"] });
  await queue.add("send", {});
  await queue.add("send", {}, { priority: 3 });
  await queue.add("send", {}, { delay: 600_000 });
  await queue.pause();
  const page = await scrape();
  const labels = { queue: "mails" };
  expect(page.value("task_queue_length", labels)).toBe(2);
  expect(page.value("task_queue_tasks", { ...labels, state: "ready" })).toBe(2);
  expect(page.value("task_queue_tasks", { ...labels, state: "delayed" })).toBe(1);
  expect(page.value("task_queue_tasks", { ...labels, state: "overdue" })).toBe(0);
  expect(page.value("task_queue_paused", labels)).toBe(1);
  expect(page.value("task_queue_oldest_age_seconds", labels)).toBeLessThan(60);
  expect(page.series("task_workers")).toEqual([]);
  expect(page.series("task_queue_read_error_total")).toEqual([]);
});

test("what the queues are like can be asked in code, and is what the page says", async () => {
  await redis.lpush("plain", "a", "b", "c");
  const { scrape, vitals } = await start({ queues: ["list:plain"] });
  const page = await scrape();
  const [reading] = await vitals.readQueues();
  expect([reading?.queue, reading?.ready]).toEqual(["plain", page.value("task_queue_length", { queue: "plain" })]);
});

test("a queue that its framework has never seen reads 0, and says that it may be the wrong name", async () => {
  const { scrape, warnings } = await start({
    queues: ["rq:nowhere", { layout: "bullmq", name: "mails", prefix: "acme" }],
  });
  await open("mails").add("send", {});
  const page = await scrape();
  expect(page.value("task_queue_length", { queue: "nowhere" })).toBe(0);
  expect(page.value("task_queue_length", { queue: "mails" })).toBe(0);
  expect(page.value("task_queue_read_error_total", { queue: "nowhere", reason: "framework_missing" })).toBe(1);
  expect(page.value("task_queue_read_error_total", { queue: "mails", reason: "queue_missing" })).toBe(1);
  expect(warnings).toEqual([
    'taskvitals: queue "nowhere" of broker "default": framework_missing (nothing of RQ is there; is it another database, prefix or server?).',
    'taskvitals: queue "mails" of broker "default": queue_missing (BullMQ has no queue "mails" there (yet); is the name right, and the prefix?).',
  ]);
});

test("the broker's own health is on the page, and 0 when it is gone", async () => {
  const { scrape } = await start({ queues: ["list:jobs"] });
  const page = await scrape();
  const labels = { broker: "default" };
  expect(page.value("task_broker_up", labels)).toBe(1);
  expect(page.value("task_broker_ping_seconds", labels)).toBeLessThan(5);
  expect(page.value("task_broker_memory_bytes", labels)).toBeGreaterThan(100_000);
  expect(page.value("task_broker_memory_limit_bytes", labels)).toBe(64 * 1024 * 1024);
  await server.kill();
  await expect.poll(async () => (await scrape()).value("task_broker_up", labels), POLL).toBe(0);
  const down = await scrape();
  expect(down.series("task_broker_ping_seconds")).toEqual([]);
  expect(down.series("task_broker_memory_bytes")).toEqual([]);
  await server.restart();
  await expect.poll(async () => (await scrape()).value("task_broker_up", labels), POLL).toBe(1);
});

test("every queue of a framework is found but for those that are declared, and dropped when it is gone", async () => {
  for (const name of ["mails", "reports"]) await open(name).add("send", {});
  const { scrape, vitals } = await start({
    queues: ["bullmq:*", { layout: "bullmq", name: "reports", label: "monthly" }],
  });
  const lengths = async (): Promise<Record<string, number | undefined>> => {
    const page = await scrape();
    const queues = page.series("task_queue_length").map(({ queue = "" }) => queue);
    return Object.fromEntries(queues.map((queue) => [queue, page.value("task_queue_length", { queue })]));
  };
  await expect.poll(lengths, POLL).toEqual({ monthly: 1, mails: 1 });
  expect(vitals.queues.list()).toEqual(["monthly"]);
  await open("later").add("send", {});
  await open("mails").obliterate();
  await expect.poll(lengths, { timeout: 90_000, interval: 500 }).toEqual({ monthly: 1, later: 1 });
});

test("a queue that is declared later takes the place of the one that was discovered", async () => {
  await open("mails").add("send", {});
  const { scrape, vitals } = await start({ queues: ["bullmq:*"] });
  const found = async (): Promise<unknown> => (await scrape()).series("task_queue_length");
  await expect.poll(found, POLL).toEqual([{ queue: "mails" }]);
  await redis.lpush("plain", "a", "b", "c");
  vitals.queues.add({ layout: "list", name: "plain", label: "mails" });
  const page = await scrape();
  expect(page.value("task_queue_length", { queue: "mails" })).toBe(3);

  vitals.queues.remove("mails");
  vitals.queues.add({ layout: "bullmq", name: "mails", label: "letters" });
  expect((await scrape()).series("task_queue_length")).toEqual([{ queue: "letters" }]);
});

test("discovered queues beyond maxQueues are left out, counted, and warned of once", async () => {
  for (const name of ["a", "b", "c", "d"]) await open(name).add("send", {});
  const { scrape, warnings } = await start({ queues: ["bullmq:*"], maxQueues: 2 });
  await expect.poll(async () => (await scrape()).series("task_queue_length").length, POLL).toBe(2);
  const page = await scrape();
  expect(page.value("taskvitals_series_overflow_total", { instrument: "task_queue_length" })).toBe(2);
  expect(warnings).toEqual([
    "taskvitals: 2 queues are reported (maxQueues); more were discovered and are not. Declare those you need, or raise maxQueues.",
  ]);
});
