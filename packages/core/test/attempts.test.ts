import { beforeEach, describe, expect, it } from "vitest";
import { createTaskRecorder, type TaskRecorderHandle } from "../src/task-recorder.ts";
import { type Collected, collectPoints } from "./collect-points.ts";

let collected: Collected;
let handle: TaskRecorderHandle;
let problems: string[];

beforeEach(() => {
  collected = collectPoints();
  problems = [];
  const meter = collected.provider.getMeter("test");
  handle = createTaskRecorder({ meter, defaultQueue: "jobs", onProblem: (_, message) => problems.push(message) });
});

const PAIR = "task=train,queue=jobs";

describe("an attempt that is not the last", () => {
  it("is counted as a retry, and as nothing else", async () => {
    handle.tasks.start("train").retry();
    handle.tasks.record({ task: "train", outcome: "retry", durationSeconds: 3 });
    expect(await collected.values("task_retry_total")).toEqual({ [PAIR]: 2 });
    expect(await collected.values("task_failure_total")).toEqual({ [PAIR]: 0 });
    expect(await collected.values("task_success_total")).toEqual({ [PAIR]: 0 });
    expect(await collected.values("task_error_total")).toEqual({});
    expect(handle.activity.activities()).toEqual([{ queue: "jobs", active: 0, oldestSeconds: 0 }]);
  });

  it("may be put back, and is not counted at all", async () => {
    const run = handle.tasks.start("train");
    expect(handle.activity.activities()).toMatchObject([{ active: 1 }]);
    run.release();
    run.succeed();
    expect(handle.activity.activities()).toMatchObject([{ active: 0 }]);
    expect(await collected.values("task_success_total")).toEqual({ [PAIR]: 0 });
    expect(await collected.values("task_retry_total")).toEqual({});
  });
});

describe("a wait", () => {
  it("is timed where it is known", async () => {
    handle.tasks.start("train", { waitSeconds: 2 }).succeed();
    handle.tasks.record({ task: "train", outcome: "success", waitSeconds: 0.5 });
    handle.tasks.start("train").succeed();
    const [point] = await collected.points("task_wait_seconds");
    expect(point).toMatchObject({ attributes: { task: "train", queue: "jobs" }, value: { count: 2, sum: 2.5 } });
  });

  it("that is no time is told of, and the task counted all the same", async () => {
    handle.tasks.start("train", { waitSeconds: -1 }).succeed();
    expect(problems).toEqual(["record(): waitSeconds is -1; expected a finite number of at least 0. Not timed."]);
    expect(await collected.values("task_success_total")).toEqual({ [PAIR]: 1 });
  });

  it("is forgotten with its pair", async () => {
    handle.tasks.start("train", { waitSeconds: 2 }).retry();
    handle.tasks.forget({ task: "train" });
    handle.tasks.declare("train");
    expect(handle.activity.activities()).toMatchObject([{ queue: "jobs", active: 0 }]);
  });
});

describe("tasks whose worker lost them", () => {
  it("are counted by queue", async () => {
    handle.tasks.stalled();
    handle.tasks.stalled({ queue: "mails" }, 3);
    handle.tasks.stalled({ queue: "mails" }, 0);
    expect(await collected.values("task_stalled_total")).toEqual({ "queue=jobs": 1, "queue=mails": 3 });
    expect(problems).toEqual(["stalled(): count is 0; expected a whole number of at least 1. Not counted."]);
  });
});

describe("slots that workers add", () => {
  it("are summed by queue with what was said, until they are taken away", () => {
    handle.tasks.setConcurrency(1);
    const first = handle.tasks.addSlots(4);
    const second = handle.tasks.addSlots(2);
    handle.tasks.addSlots(8, { queue: "mails" });
    const totals = (): unknown => Object.fromEntries(handle.activity.concurrency());
    expect(totals()).toEqual({ jobs: 7, mails: 8 });
    first.resize(10);
    first.resize(-1);
    expect(totals()).toEqual({ jobs: 13, mails: 8 });
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(totals()).toEqual({ jobs: 1, mails: 8 });
    expect(() => handle.tasks.addSlots(1.5)).toThrow(/expected a whole number of at least 0/);
  });

  it("are asked for at each collection where a function tells them", () => {
    let slots: unknown = 3;
    const added = handle.tasks.addSlots(() => slots as number);
    const reported = (): unknown => handle.activity.concurrency().get("jobs");
    expect(reported()).toBe(3);
    slots = 5;
    expect(reported()).toBe(5);
    slots = Number.NaN;
    expect(reported()).toBe(0);
    added.resize(2);
    expect(reported()).toBe(2);
    added[Symbol.dispose]();
    expect(reported()).toBeUndefined();
  });

  it("count as none where that function throws", () => {
    handle.tasks.addSlots(() => {
      throw new Error("gone");
    });
    expect(handle.activity.concurrency().get("jobs")).toBe(0);
  });
});
