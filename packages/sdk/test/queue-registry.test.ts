import { expect, onTestFinished, test } from "vitest";
import type { TaskVitalsOptions } from "../src/index.ts";
import { createQueueRegistry, type QueueRegistry, type QueueRegistryOptions } from "../src/queue-registry.ts";
import { refusalOf } from "./refusal.ts";

// Nothing listens there; what is tested here needs no answer.
const NOWHERE = "redis://:hunter2@127.0.0.1:1";

async function registry(
  queues: NonNullable<TaskVitalsOptions["queues"]>,
  options: Partial<QueueRegistryOptions> = {},
): Promise<QueueRegistry> {
  const created = await createQueueRegistry({
    brokers: new Map([["default", { connection: NOWHERE, path: "redis", onDemand: false }]]),
    queues,
    path: "queues",
    maxQueues: 10_000,
    onQueueRefused: () => {},
    deadlineMs: 50,
    onChange: () => {},
    onProblem: () => {},
    ...options,
  });
  onTestFinished(() => created.shutdown());
  return created;
}

test("queues are listed by their labels", async () => {
  const { queues } = await registry(["list:jobs", { layout: "list", name: "mails", label: "acme-mails" }]);
  expect(queues.list()).toEqual(["jobs", "acme-mails"]);
});

test("a queue may be added and removed at run time", async () => {
  let changes = 0;
  const { queues } = await registry(["list:jobs"], { onChange: () => (changes += 1) });
  expect(queues.add("list:mails")).toBe("mails");
  expect([queues.remove("jobs"), queues.remove("jobs")]).toEqual([true, false]);
  expect(queues.list()).toEqual(["mails"]);
  expect(queues.add({ layout: "list", name: "other", label: "jobs" })).toBe("jobs");
  expect(changes).toBe(3);
});

test.each([
  ["jobs", "queues[1]", '"<layout>:<name>"'],
  ["lst:jobs", "queues[1]", '"lst"'],
  ["list:", "queues[1]", "not empty"],
  ["redis://:hunter2@redis/0", "queues[1]", '"redis"'],
  [{ layout: "list" }, "queues[1].name", "not empty"],
  [{ layout: "list", name: "a", prefix: "b" }, "queues[1]", '"prefix"'],
  [{ layout: "list", name: 5 }, "queues[1].name", "got 5"],
  [{ layout: "list", name: "a", label: "" }, "queues[1].label", "not empty"],
])("the malformed queue %j is refused by its path", async (queue, path, part) => {
  const refusal = await refusalOf(() => registry(["list:good", queue as string]));
  expect(refusal.code).toBe("INVALID_OPTION");
  expect(refusal.message).toMatch(new RegExp(`^${path.replace(/[[\]]/g, "\\$&")}: `));
  expect(refusal.message).toContain(part);
  expect(refusal.message).not.toContain("hunter2");
});

test("two queues that would share a label are refused, with what to do", async () => {
  const refusal = await refusalOf(() => registry(["list:jobs", { layout: "list", name: "x", label: "jobs" }]));
  expect(refusal).toMatchObject({
    code: "DUPLICATE_QUEUE",
    message:
      'queues[1]: "list:x" on broker "default" and "list:jobs" on broker "default" would both have the label ' +
      'queue="jobs"; expected one queue per label. Set label on one of them.',
  });
});

test("names that are one after being cut to a label's length clash", async () => {
  const long = "q".repeat(128);
  expect(await refusalOf(() => registry([`list:${long}a`, `list:${long}b`]))).toMatchObject({
    code: "DUPLICATE_QUEUE",
  });
});

test("a queue added at run time that clashes is refused and changes nothing", async () => {
  const { queues } = await registry(["list:jobs"]);
  expect(await refusalOf(() => queues.add("list:jobs"))).toMatchObject({ code: "DUPLICATE_QUEUE" });
  expect(await refusalOf(() => queues.add("jobs"))).toMatchObject({ code: "INVALID_OPTION" });
  expect(queues.list()).toEqual(["jobs"]);
});

test("a queue on a broker that nobody declared is refused, with those there are", async () => {
  const refusal = await refusalOf(() => registry([{ layout: "list", name: "jobs", broker: "cache" }]));
  expect(refusal).toMatchObject({
    code: "UNKNOWN_BROKER",
    message:
      'queues[0]: queue "jobs" is on the broker "cache"; expected a declared broker (declared: "default"). ' +
      'Add brokers: { "cache": … }.',
  });
});

test("a queue without any broker is refused, with the option that is missing", async () => {
  const refusal = await refusalOf(() => registry(["list:jobs"], { brokers: new Map(), path: "TASKVITALS_QUEUES" }));
  expect(refusal.code).toBe("UNKNOWN_BROKER");
  expect(refusal.message).toMatch(/^TASKVITALS_QUEUES\[0\]: .*none is declared.*Set redis \(or REDIS_URL\)/);
});

test("a URL where the name of a broker belongs is refused without being shown", async () => {
  const refusal = await refusalOf(() => registry([{ layout: "list", name: "jobs", broker: "redis://:hunter2@redis" }]));
  expect(refusal.code).toBe("UNKNOWN_BROKER");
  expect(refusal.message).not.toContain("hunter2");
  expect(refusal.message).toContain("brokers: { <name>: … }");
});

test.each([
  "redis//:hunter2@redis",
  "http://:hunter2@redis",
  "redis://:hunter2#@redis",
  "redis://:hunter2@redis:port",
  "redis://:hunter2@redis/first",
  "redis://:hunter2@redis?db=1",
  "hunter2",
])("a malformed Redis URL is refused by its path and never shown, case %#", async (connection) => {
  const brokers = new Map([
    ["good", { connection: NOWHERE, path: "brokers.good", onDemand: false }],
    ["default", { connection, path: "REDIS_URL", onDemand: true }],
  ]);
  const refusal = await refusalOf(() => registry(["list:jobs"], { brokers }));
  expect(refusal.code).toBe("INVALID_OPTION");
  expect(refusal.message).toMatch(/^REDIS_URL: expected redis:\/\//);
  expect(refusal.message).not.toContain("hunter2");
  expect(refusal.cause).toBeUndefined();
});

test.each([{}, { pipeline: () => {} }, null])("what is no client of ioredis is refused: %j", async (connection) => {
  const brokers = new Map([["default", { connection: connection as never, path: "redis", onDemand: false }]]);
  const refusal = await refusalOf(() => registry([], { brokers }));
  expect(refusal.message).toMatch(/^redis: got .*expected a redis:\/\/ or rediss:\/\/ URL, or a client/);
});

test("a broker on demand is not looked at before it has a queue", async () => {
  const problems: string[] = [];
  const brokers = new Map([
    ["default", { connection: "redis://:hunter2@redis?family=6", path: "REDIS_URL", onDemand: true }],
  ]);
  const { queues, readers } = await registry([], { brokers, onProblem: (_, message) => problems.push(message) });
  expect([...readers()]).toEqual([]);
  expect(queues.add("list:jobs")).toBe("jobs");
  await expect
    .poll(() => problems)
    .toEqual([expect.stringMatching(/^Broker "default" is not read\. REDIS_URL: expected /)]);
  expect(problems.join()).not.toContain("hunter2");
});

test("a broker on demand opens with all the queues it has by then", async () => {
  let changes = 0;
  const brokers = new Map([["default", { connection: NOWHERE, path: "REDIS_URL", onDemand: true }]]);
  const { queues, readers } = await registry([], { brokers, onChange: () => (changes += 1) });
  for (const queue of ["list:a", "list:b", "list:c"]) queues.add(queue);
  queues.remove("b");
  await expect.poll(() => [...readers()].length).toBe(1);
  const [reader] = [...readers()];
  expect(["a", "b", "c"].map((label) => reader?.has(label))).toEqual([true, false, true]);
  // Four changes of the queues, and the broker.
  expect(changes).toBe(5);
});

test("a broker on demand is not opened after shutdown", async () => {
  const brokers = new Map([["default", { connection: NOWHERE, path: "REDIS_URL", onDemand: true }]]);
  const { queues, readers, shutdown } = await registry([], { brokers });
  queues.add("list:a");
  await shutdown();
  queues.add("list:b");
  expect([...readers()]).toEqual([]);
});

test("a queue beyond maxQueues is refused at start-up", async () => {
  const refusal = await refusalOf(() => registry(["list:a", "list:b", "list:c"], { maxQueues: 2 }));
  expect(refusal).toMatchObject({ code: "INVALID_OPTION" });
  expect(refusal.message).toBe("queues[2]: expected at most 2 queues (maxQueues). Declare fewer, or raise maxQueues.");
});

test("two counters in Redis that would be one series are refused", async () => {
  const refusal = await refusalOf(() => registry(["counter:a=task_success_total", "counter:b=task_success_total"]));
  expect(refusal).toMatchObject({ code: "DUPLICATE_SERIES" });
  expect(refusal.message).toBe(
    'queues[1]: the counters "b" and "a" would both be the success counter of task="_ALL", queue="_ALL"; ' +
      "expected one key per series. Set task or queue on one of them.",
  );
});

test("a counter is no queue: it is not listed, and can not be added later", async () => {
  const { queues, counters } = await registry(["list:jobs", "counter:done=task_success_total,queue=jobs"]);
  expect(queues.list()).toEqual(["jobs"]);
  expect(counters).toMatchObject([{ key: "done", counter: "success", task: "_ALL", queue: "jobs" }]);
  expect(() => queues.add("counter:more=task_retry_total")).toThrow(/counters are declared at start-up/);
  expect(counters).toHaveLength(1);
});
