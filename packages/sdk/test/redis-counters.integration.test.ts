import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { prometheusVersions, promtool, type RedisServer, startRedis } from "../../../test/services/index.ts";
import { startTaskVitals, type TaskVitalsOptions } from "../src/index.ts";
import { type StartedVitals, startVitals } from "./start-vitals.ts";

// As the reference platform's workers keep them: INCR at the end of each task.
const SUCCESS = "metrics:task_success_total";
const FAILURE = "metrics:task_failure_total";
const QUEUES = [`counter:${SUCCESS}=task_success_total`, `counter:${FAILURE}=task_failure_total`];
const ALL = { task: "_ALL", queue: "_ALL" };

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

describe.each(["incremental", "standard"] as const)(
  "counters that workers keep in Redis, on the %s page",
  (exposition) => {
    const start = (options: TaskVitalsOptions = {}): Promise<StartedVitals> =>
      startVitals({ exposition, redis: server.url, queues: QUEUES, ...options });

    test("are the contract's counters", async () => {
      const { scrape, vitals } = await start();
      for (let count = 0; count < 3; count++) await redis.incr(SUCCESS);
      await redis.incr(FAILURE);
      const page = await scrape();
      expect(page.value("task_success_total", ALL)).toBe(3);
      expect(page.value("task_failure_total", ALL)).toBe(1);

      vitals.tasks.record({ task: "own", queue: "own", outcome: "success" });
      const both = (await scrape()).text;
      expect(both.match(/^# TYPE task_success_total counter$/gm)).toHaveLength(1);
      expect(both).toMatch(/^task_success_total\{.*"own".*\} 1$/m);
      expect(both).toMatch(/^task_success_total\{.*"_ALL".*\} 3$/m);
      for (const version of prometheusVersions) {
        const { stdout, stderr } = await promtool(["check", "metrics"], both, version);
        expect(`${stdout}${stderr}`).not.toMatch(/task_success_total/);
      }
    });

    test("are 0 where only the sibling was raised, and unknown where neither was", async () => {
      const { scrape, warnings } = await start();
      const before = await scrape();
      expect(before.series("task_success_total")).toEqual([]);
      expect(before.value("task_queue_read_error_total", { queue: "_ALL", reason: "key_missing" })).toBe(2);
      expect(warnings).toEqual([
        `taskvitals: queue "_ALL" of broker "default": key_missing (the counter "${SUCCESS}" is not there, nor any other of its task and queue).`,
      ]);
      await redis.incr(SUCCESS);
      await expect.poll(async () => (await scrape()).value("task_failure_total", ALL), POLL).toBe(0);
      expect((await scrape()).value("task_success_total", ALL)).toBe(1);
    });

    test("may go back, as a counter that was reset does", async () => {
      const { scrape } = await start();
      await redis.set(SUCCESS, 1000);
      expect((await scrape()).value("task_success_total", ALL)).toBe(1000);
      await redis.set(SUCCESS, 1);
      await expect.poll(async () => (await scrape()).value("task_success_total", ALL), POLL).toBe(1);
    });

    test("have no sample while they cannot be read", async () => {
      const { scrape } = await start({ readDeadlineMs: 1000 });
      await redis.mset(SUCCESS, 5, FAILURE, "many");
      const page = await scrape();
      expect(page.value("task_success_total", ALL)).toBe(5);
      expect(page.series("task_failure_total")).toEqual([]);
      expect(page.value("task_queue_read_error_total", { queue: "_ALL", reason: "error" })).toBe(1);
      server.freeze();
      try {
        await expect.poll(async () => (await scrape()).series("task_success_total"), POLL).toEqual([]);
      } finally {
        server.resume();
      }
      await expect.poll(async () => (await scrape()).value("task_success_total", ALL), POLL).toBe(5);
    });
  },
);

const POLL = { timeout: 20_000, interval: 100 };

test("a task of this process under a counter's labels is a mistake at start-up", async () => {
  const queues = [`counter:${SUCCESS}=task_success_total,task=train,queue=gpu`];
  const options = { redis: server.url, queues, endpoint: false, environment: {} } as const;
  await expect(startTaskVitals({ ...options, tasks: [{ task: "train", queue: "gpu" }] })).rejects.toMatchObject({
    code: "DUPLICATE_SERIES",
    message: expect.stringContaining('task="train", queue="gpu" is counted by a counter in Redis'),
  });

  await using vitals = await startTaskVitals({ ...options, logger: { warn: () => {} } });
  expect(() => vitals.tasks.wrap("train", () => 1, { queue: "gpu" })).toThrow(/is counted by a counter in Redis/);
});

test("a task that ends under a counter's labels is not counted twice, and is told of", async () => {
  const queues = [`counter:${SUCCESS}=task_success_total,task=train,queue=gpu`];
  const { vitals, scrape, warnings } = await startVitals({ redis: server.url, queues });
  await redis.set(SUCCESS, 7);
  vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
  const page = await scrape();
  expect(page.series("task_success_total")).toEqual([{ task: "train", queue: "gpu" }]);
  expect(page.value("task_success_total", { task: "train", queue: "gpu" })).toBe(7);
  expect(page.value("taskvitals_error_total", { operation: "record" })).toBe(1);
  expect(warnings).toEqual([expect.stringContaining("is counted by a counter in Redis")]);
});
