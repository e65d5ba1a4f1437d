import { beforeEach, describe, expect, it } from "vitest";
import { createQueueObserver, type QueueObserver } from "../src/queue-observer.ts";
import type { BrokerReading, QueueReader, QueueReadFailure, QueueReading, ReadProblem } from "../src/queue-reader.ts";
import { type Collected, collectPoints } from "./collect-points.ts";

let collected: Collected;
let now: number;
let problems: string[];

beforeEach(() => {
  collected = collectPoints();
  now = 0;
  problems = [];
  failures = [];
});

const reading = (queue: string, ready: number, more: Partial<QueueReading> = {}): QueueReading => ({
  ok: true,
  queue,
  ready,
  states: {},
  oldestAgeSeconds: undefined,
  paused: undefined,
  workers: undefined,
  readAtSeconds: 1700,
  problems: [],
  ...more,
});
const failure = (queue: string): QueueReadFailure => ({ ok: false, queue, reason: "refused", detail: "" });

/** A reader in memory: what it answers is the subject of each test. */
function reader(
  answer: () => (QueueReading | QueueReadFailure)[] | Error,
  rest: Partial<BrokerReading> = {},
): QueueReader & { reads: number; queues: Set<string> | undefined } {
  return {
    broker: "default",
    reads: 0,
    queues: undefined,
    has(queue) {
      return this.queues?.has(queue) ?? true;
    },
    async read() {
      this.reads += 1;
      const answered = answer();
      if (answered instanceof Error) throw answered;
      return { queues: answered, totals: [], health: undefined, unacked: undefined, ...rest };
    },
    shutdown: async () => {},
  };
}

let failures: [string, string, ReadProblem][];

function observe(...readers: QueueReader[]): QueueObserver {
  const meter = collected.provider.getMeter("test");
  return createQueueObserver({
    observables: meter,
    meter,
    readers: () => readers,
    now: () => now,
    onProblem: (operation) => problems.push(operation),
    onReadProblem: (broker, queue, problem) => failures.push([broker, queue, problem]),
  });
}

describe("createQueueObserver", () => {
  it("reports length and time of reading of every queue of every reader", async () => {
    observe(
      reader(() => [reading("a", 3), reading("b", 0)]),
      reader(() => [reading("c", 7)]),
    );
    expect(await collected.values("task_queue_length")).toEqual({ "queue=a": 3, "queue=b": 0, "queue=c": 7 });
    expect(await collected.values("task_queue_read_timestamp_seconds")).toMatchObject({ "queue=a": 1700 });
  });

  it("has no sample for a queue that could not be read, and counts why", async () => {
    let down = false;
    observe(reader(() => [down ? failure("a") : reading("a", 3), reading("b", 1)]));
    expect(await collected.values("task_queue_length")).toEqual({ "queue=a": 3, "queue=b": 1 });
    down = true;
    now += 1000;
    expect(await collected.values("task_queue_length")).toEqual({ "queue=b": 1 });
    expect(await collected.values("task_queue_read_error_total")).toEqual({ "queue=a,reason=refused": 1 });
  });

  it("shares one reading among the collections of a second", async () => {
    const one = reader(() => [failure("a")]);
    observe(one);
    await Promise.all([collected.values("task_queue_length"), collected.values("task_queue_length")]);
    now += 999;
    await collected.values("task_queue_length");
    expect(one.reads).toBe(1);
    expect(await collected.values("task_queue_read_error_total")).toEqual({ "queue=a,reason=refused": 1 });
    now += 1;
    await collected.values("task_queue_length");
    expect(one.reads).toBe(2);
  });

  it("drops a queue that was removed, even from a reading that is shared", async () => {
    const one = reader(() => [reading("a", 3), reading("b", 1)]);
    const observer = observe(one);
    await collected.values("task_queue_length");
    one.queues = new Set(["b"]);
    expect(await collected.values("task_queue_length")).toEqual({ "queue=b": 1 });
    observer.invalidate();
    await collected.values("task_queue_length");
    expect(one.reads).toBe(2);
  });

  it("answers with the same reading, without what could not be read and what was removed", async () => {
    const one = reader(() => [reading("a", 3), reading("b", 1), failure("c")]);
    const observer = observe(one);
    one.queues = new Set(["a"]);
    const [readings] = await Promise.all([observer.readings(), collected.values("task_queue_length")]);
    expect(readings.map(({ queue, ready }) => [queue, ready])).toEqual([["a", 3]]);
    expect(one.reads).toBe(1);
  });

  it("loses no other queue to a reader that breaks its promise and rejects", async () => {
    observe(
      reader(() => new Error("broken")),
      reader(() => [reading("a", 3)]),
    );
    expect(await collected.values("task_queue_length")).toEqual({ "queue=a": 3 });
    expect(problems).toEqual(["read_queue"]);
  });

  it("reports nothing once it is closed", async () => {
    const observer = observe(reader(() => [reading("a", 3)]));
    observer.close();
    expect(await collected.values("task_queue_length")).toEqual({});
  });

  it("tells of each queue that could not be read, once per reading", async () => {
    observe(reader(() => [reading("a", 3), failure("b")]));
    await collected.values("task_queue_length");
    await collected.values("task_queue_length");
    expect(failures).toEqual([["default", "b", failure("b")]]);
    now = 1000;
    await collected.values("task_queue_length");
    expect(failures).toHaveLength(2);
  });

  it("reports what a framework can tell of a queue, and nothing of what it can not", async () => {
    const full = reading("a", 3, {
      states: { active: 1, delayed: 0 },
      oldestAgeSeconds: 1.5,
      paused: true,
      workers: 2,
    });
    observe(reader(() => [full, reading("b", 0)]));
    expect(await collected.values("task_queue_tasks")).toEqual({
      "queue=a,state=ready": 3,
      "queue=a,state=active": 1,
      "queue=a,state=delayed": 0,
      "queue=b,state=ready": 0,
    });
    expect(await collected.values("task_queue_oldest_age_seconds")).toEqual({ "queue=a": 1.5 });
    expect(await collected.values("task_queue_paused")).toEqual({ "queue=a": 1 });
    expect(await collected.values("task_workers")).toEqual({ "queue=a": 2 });
  });

  it("counts what a reading did not find beside what it did", async () => {
    const problems = [{ reason: "queue_missing", detail: "never seen" } as const];
    observe(reader(() => [reading("a", 0, { problems })]));
    expect(await collected.values("task_queue_length")).toEqual({ "queue=a": 0 });
    expect(await collected.values("task_queue_read_error_total")).toEqual({ "queue=a,reason=queue_missing": 1 });
  });

  it("reports a broker that is up, and that it is not when it is down", async () => {
    const health = { up: true, pingSeconds: 0.25, memoryBytes: 1000, memoryLimitBytes: undefined };
    const down = { up: false, pingSeconds: undefined, memoryBytes: undefined, memoryLimitBytes: undefined };
    observe(
      reader(() => [], { health, unacked: 4 }),
      Object.assign(
        reader(() => [], { health: down }),
        { broker: "other" },
      ),
    );
    expect(await collected.values("task_broker_up")).toEqual({ "broker=default": 1, "broker=other": 0 });
    expect(await collected.values("task_broker_ping_seconds")).toEqual({ "broker=default": 0.25 });
    expect(await collected.values("task_broker_memory_bytes")).toEqual({ "broker=default": 1000 });
    expect(await collected.values("task_broker_memory_limit_bytes")).toEqual({});
    expect(await collected.values("task_broker_unacked")).toEqual({ "broker=default": 4 });
  });

  it("leaves counters of the broker to whoever reports them, as long as that is not this process", async () => {
    let own = false;
    const meter = collected.provider.getMeter("test");
    const totals = [{ counter: "success", task: "_ALL", queue: "_ALL", value: 12 }] as const;
    createQueueObserver({
      observables: meter,
      meter,
      readers: () => [reader(() => [reading("a", 3)], { totals })],
      onProblem: (operation) => problems.push(operation),
      reportsTotals: () => own,
    });
    expect(await collected.values("task_success_total")).toEqual({});
    expect(await collected.values("task_queue_length")).toEqual({ "queue=a": 3 });
    own = true;
    expect(await collected.values("task_success_total")).toEqual({ "task=_ALL,queue=_ALL": 12 });
  });

  it("shows counters that live in the broker under the contract's names", async () => {
    const totals = [
      { counter: "success", task: "_ALL", queue: "_ALL", value: 12 },
      { counter: "failure", task: "_ALL", queue: "_ALL", value: 0 },
      { counter: "stalled", task: undefined, queue: "a", value: 1 },
    ] as const;
    observe(reader(() => [], { totals }));
    expect(await collected.values("task_success_total")).toEqual({ "task=_ALL,queue=_ALL": 12 });
    expect(await collected.values("task_failure_total")).toEqual({ "task=_ALL,queue=_ALL": 0 });
    expect(await collected.values("task_stalled_total")).toEqual({ "queue=a": 1 });
  });
});
