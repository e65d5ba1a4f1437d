import { beforeEach, describe, expect, it } from "vitest";
import { createQueueObserver, type QueueObserver } from "../src/queue-observer.ts";
import type { QueueReader, QueueReadFailure, QueueReading } from "../src/queue-reader.ts";
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

const reading = (queue: string, ready: number): QueueReading => ({ ok: true, queue, ready, readAtSeconds: 1700 });
const failure = (queue: string): QueueReadFailure => ({ ok: false, queue, reason: "refused", detail: "" });

/** A reader in memory: what it answers is the subject of each test. */
function reader(
  answer: () => (QueueReading | QueueReadFailure)[] | Error,
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
      return answered;
    },
    shutdown: async () => {},
  };
}

let failures: [string, QueueReadFailure][];

function observe(...readers: QueueReader[]): QueueObserver {
  const meter = collected.provider.getMeter("test");
  return createQueueObserver({
    observables: meter,
    meter,
    readers: () => readers,
    now: () => now,
    onProblem: (operation) => problems.push(operation),
    onReadFailure: (broker, failed) => failures.push([broker, failed]),
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
    expect(failures).toEqual([["default", failure("b")]]);
    now = 1000;
    await collected.values("task_queue_length");
    expect(failures).toHaveLength(2);
  });
});
