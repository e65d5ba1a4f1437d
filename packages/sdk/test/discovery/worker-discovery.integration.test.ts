import { Queue } from "bullmq";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { linesOf, startChild } from "../child/start-child.ts";
import { parsePage } from "../metrics-page.ts";

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

interface Outcome {
  readonly warnings: readonly string[];
  readonly result?: unknown;
}

/** Runs a scenario to its end in a process of its own, which must end by itself. */
async function outcome(scenario: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const child = await startChild("bullmq-discovery.ts", {
    env: { TEST_SCENARIO: scenario, TEST_REDIS_PORT: String(redis.port), ...env },
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  return JSON.parse(linesOf(child).said.join("\n")) as Outcome;
}

test.each([
  ["does not load BullMQ", "nothing"],
  ["has a queue and no worker", "queue"],
  ["has a flow producer and no worker", "flow"],
])("an application that %s is not warned", async (_what, scenario) => {
  expect(await outcome(scenario)).toEqual({ warnings: [] });
});

test("an application that loads BullMQ and makes nothing of it is told once what was looked for", async () => {
  const { warnings } = await outcome("loaded");
  expect(warnings).toEqual([
    expect.stringMatching(
      /^no BullMQ worker was found 0\.2 s after bullmq 6\.\d+\.\d+ was loaded\. Looked for "new Worker\(\)"/,
    ),
  ]);
});

test("BullMQ that was loaded before the search is told as the reason", async () => {
  const { warnings } = await outcome("early");
  expect(warnings).toEqual([expect.stringContaining("put --import taskvitals/register in front of everything else")]);
});

test("a worker whose class is taken from BullMQ after the search began is found, though BullMQ was there before", async () => {
  expect(await outcome("early, asked later")).toEqual({
    warnings: [],
    result: { own: true, listeners: 1, same: true },
  });
});

test("what a worker did before the vital signs were up is counted, with the times that it took", async () => {
  const queue = new Queue("late-handle", { connection: { host: redis.host, port: redis.port } });
  onTestFinished(() => queue.close());
  const data = [{ end: "succeed" }, { end: "fail" }, { end: "recover" }, { end: "succeed" }];
  await queue.addBulk(
    data.map((told) => ({ name: "train", data: told, opts: { attempts: told.end === "recover" ? 2 : 1 } })),
  );
  const { result, warnings } = await outcome("late handle", { TEST_QUEUE: queue.name, TEST_JOBS: String(data.length) });
  const page = parsePage(String(result));
  const labels = { task: "train", queue: queue.name };
  expect(warnings).toEqual([]);
  expect(page.value("task_success_total", labels)).toBe(3);
  expect(page.value("task_failure_total", labels)).toBe(1);
  expect(page.value("task_error_total", { ...labels, error_type: "TrainingError" })).toBe(1);
  expect(page.value("task_retry_total", labels)).toBe(1);
  expect(page.value("task_duration_seconds_count", labels)).toBe(4);
  expect(page.value("task_wait_seconds_count", labels)).toBe(4);
  expect(page.value("task_active", { queue: queue.name })).toBe(0);
  expect(page.value("task_concurrency", { queue: queue.name })).toBe(3);
});

test("workers that cannot be observed are told of at once, and counted when there is somebody to count", async () => {
  const { result, warnings } = await outcome("cannot be observed");
  expect(warnings.length).toBe(2);
  expect(warnings[0]).toMatch(/^A BullMQ worker is not counted\. observeWorker\(worker\): /);
  const page = parsePage(String(result));
  expect(page.value("taskvitals_error_total", { operation: "observe_worker" })).toBe(2);
});

test("the end of the search detaches its workers and leaves later ones alone", async () => {
  expect(await outcome("stopped")).toEqual({
    warnings: [],
    result: {
      before: { own: true, listeners: 1 },
      after: { own: false, listeners: 0 },
      later: { own: false, listeners: 0 },
    },
  });
});
