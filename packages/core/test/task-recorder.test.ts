import type { Meter } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { observeTaskActivity } from "../src/task-activity.ts";
import { createTaskRecorder, type TaskRecorderHandle, type TaskRecorderOptions } from "../src/task-recorder.ts";
import { type Collected, collectPoints } from "./collect-points.ts";

let collected: Collected;
let problems: [string, string][];
let nowSeconds: number;

function recorder(options: Partial<TaskRecorderOptions> = {}): TaskRecorderHandle {
  return createTaskRecorder({
    meter: collected.provider.getMeter("test"),
    onProblem: (operation, message) => problems.push([operation, message]),
    monotonicSeconds: () => nowSeconds,
    ...options,
  });
}

beforeEach(() => {
  collected = collectPoints();
  problems = [];
  nowSeconds = 1000;
});

afterEach(async () => {
  await collected.provider.shutdown();
});

describe("record", () => {
  it("counts a success and its run time", async () => {
    const { tasks } = recorder();
    tasks.record({ task: "train", queue: "gpu", outcome: "success", durationSeconds: 12.5 });
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=gpu": 1 });
    expect(await collected.values("task_failure_total")).toEqual({ "task=train,queue=gpu": 0 });
    const [point] = await collected.points("task_duration_seconds");
    expect(point?.value).toMatchObject({ count: 1, sum: 12.5 });
  });

  it("counts from the moment it exists, before anything collects", async () => {
    const { tasks } = recorder();
    tasks.record({ task: "early", outcome: "success" });
    tasks.wrap("early", () => {})();
    expect(await collected.values("task_success_total")).toEqual({ "task=early,queue=_UNKNOWN": 2 });
  });

  it("gives success and failure identical label sets, the class of error a metric of its own", async () => {
    const { tasks } = recorder();
    tasks.record({ task: "train", queue: "gpu", outcome: "failure", error: new RangeError("no"), durationSeconds: 1 });
    tasks.record({ task: "train", queue: "gpu", outcome: "failure", errorType: "CudaError" });
    expect(Object.keys(await collected.values("task_success_total"))).toEqual(
      Object.keys(await collected.values("task_failure_total")),
    );
    expect(await collected.values("task_failure_total")).toEqual({ "task=train,queue=gpu": 2 });
    expect(await collected.values("task_error_total")).toEqual({
      "task=train,queue=gpu,error_type=RangeError": 1,
      "task=train,queue=gpu,error_type=CudaError": 1,
    });
  });

  it("does not time a task whose run time is not known", async () => {
    recorder().tasks.record({ task: "train", outcome: "success" });
    expect(await collected.values("task_duration_seconds")).toEqual({});
    expect(problems).toEqual([]);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "3", null, 10n])(
    "counts the outcome but never a run time of %s",
    async (durationSeconds) => {
      const { tasks } = recorder();
      tasks.record({ task: "train", outcome: "success", durationSeconds: durationSeconds as number });
      tasks.record({ task: "train", outcome: "success", durationSeconds: 2 });
      expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=_UNKNOWN": 2 });
      const [point] = await collected.points("task_duration_seconds");
      expect(point?.value).toMatchObject({ count: 1, sum: 2 });
      expect(problems.map(([operation]) => operation)).toEqual(["record"]);
    },
  );

  it("does not count an outcome it does not know", async () => {
    recorder().tasks.record({ task: "train", outcome: "maybe" as "success" });
    expect(await collected.values("task_success_total")).toEqual({});
    expect(problems).toHaveLength(1);
  });

  it("survives being handed anything", () => {
    const { tasks } = recorder();
    const throwing = {
      get outcome(): string {
        throw new Error("hostile");
      },
    };
    for (const hostile of [undefined, null, "text", throwing]) tasks.record(hostile as never);
    expect(problems).toHaveLength(4);
  });

  it("keeps its own copy of the labels", async () => {
    const { tasks } = recorder();
    const mutable = { task: "train", queue: "gpu", outcome: "success" as const };
    tasks.record(mutable);
    mutable.task = "changed";
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=gpu": 1 });
  });

  it("turns any name into a label", async () => {
    const { tasks } = recorder({ defaultQueue: "gpu" });
    for (const task of ["", "x".repeat(10_000), 7n, { toString: () => "named" }]) {
      tasks.record({ task: task as string, outcome: "success" });
    }
    expect(await collected.values("task_success_total")).toEqual({
      "task=_UNKNOWN,queue=gpu": 1,
      [`task=${"x".repeat(128)},queue=gpu`]: 1,
      "task=7,queue=gpu": 1,
      "task=named,queue=gpu": 1,
    });
  });
});

describe("wrap", () => {
  it("keeps to the queue it was given, whatever becomes of the object that said so", async () => {
    const options = { queue: "gpu" };
    const fn = recorder().tasks.wrap("train", () => {}, options);
    options.queue = "other";
    fn();
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=gpu": 1 });
  });

  it("declares its pair at 0", async () => {
    recorder({ defaultQueue: "gpu" }).tasks.wrap("train", () => {});
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=gpu": 0 });
    expect(await collected.values("task_failure_total")).toEqual({ "task=train,queue=gpu": 0 });
  });

  it("keeps this, arguments, result, name and length of a synchronous function", async () => {
    const { tasks } = recorder();
    const service = {
      factor: 3,
      scale: tasks.wrap("scale", function scale(this: { factor: number }, by: number, plus: number) {
        nowSeconds += 2;
        return this.factor * by + plus;
      }),
    };
    expect(service.scale(4, 1)).toBe(13);
    expect([service.scale.name, service.scale.length]).toEqual(["scale", 2]);
    const [point] = await collected.points("task_duration_seconds");
    expect(point?.value).toMatchObject({ count: 1, sum: 2 });
  });

  it("rethrows the very error that a synchronous function threw", async () => {
    const boom = new SyntaxError("boom");
    const fn = recorder().tasks.wrap("parse", () => {
      throw boom;
    });
    expect(fn).toThrow(boom);
    expect(await collected.values("task_failure_total")).toEqual({ "task=parse,queue=_UNKNOWN": 1 });
    expect(await collected.values("task_error_total")).toEqual({
      "task=parse,queue=_UNKNOWN,error_type=SyntaxError": 1,
    });
  });

  it("ends the run of an asynchronous function when its promise settles", async () => {
    const { tasks, activity } = recorder({ defaultQueue: "gpu" });
    const gate = Promise.withResolvers<string>();
    const running = tasks.wrap("train", () => gate.promise)();
    nowSeconds += 5;
    expect(activity.activities()).toEqual([{ queue: "gpu", active: 1, oldestSeconds: 5 }]);
    gate.resolve("model");
    expect(await running).toBe("model");
    expect(activity.activities()).toEqual([{ queue: "gpu", active: 0, oldestSeconds: 0 }]);
    const [point] = await collected.points("task_duration_seconds");
    expect(point?.value).toMatchObject({ count: 1, sum: 5 });
  });

  it("rejects with the very error of an asynchronous function", async () => {
    const boom = new Error("boom");
    const fn = recorder().tasks.wrap("train", () => Promise.reject(boom));
    await expect(fn()).rejects.toBe(boom);
    expect(await collected.values("task_failure_total")).toEqual({ "task=train,queue=_UNKNOWN": 1 });
  });

  it("leaves a rejection that nobody handles visible to the process", async () => {
    const boom = new Error("nobody handles this");
    const seen = Promise.withResolvers<unknown>();
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.once("unhandledRejection", seen.resolve);
    try {
      void recorder().tasks.wrap("train", () => Promise.reject(boom))();
      expect(await seen.promise).toBe(boom);
    } finally {
      for (const listener of others) process.on("unhandledRejection", listener);
    }
  });

  it.each(["", "  ", undefined, 7])("refuses the name %j at once", (name) => {
    expect(() => recorder().tasks.wrap(name as string, () => {})).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining("task name") }),
    );
  });

  it("refuses what is not a function at once", () => {
    expect(() => recorder().tasks.wrap("train", undefined as never)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});

describe("start", () => {
  it("counts a run once, however often it is ended", async () => {
    const run = recorder().tasks.start("train");
    run.succeed();
    run.fail(new Error("late"));
    run.succeed();
    run[Symbol.dispose]();
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=_UNKNOWN": 1 });
    expect(await collected.values("task_failure_total")).toEqual({ "task=train,queue=_UNKNOWN": 0 });
  });

  it("counts a scope that was left without success as a failure", async () => {
    const { tasks, activity } = recorder();
    const attempt = (): void => {
      using run = tasks.start("train");
      if (nowSeconds > 0) throw new Error("left");
      run.succeed();
    };
    expect(attempt).toThrow("left");
    await (async () => {
      await using run = tasks.start("train");
      run.succeed();
    })();
    expect(await collected.values("task_failure_total")).toEqual({ "task=train,queue=_UNKNOWN": 1 });
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=_UNKNOWN": 1 });
    expect(await collected.values("task_error_total")).toEqual({ "task=train,queue=_UNKNOWN,error_type=_OTHER": 1 });
    expect(activity.activities()).toMatchObject([{ active: 0 }]);
  });
});

describe("activity", () => {
  it("reports running tasks, the longest of them, and slots where they were told", async () => {
    const { tasks, activity } = recorder({ defaultQueue: "gpu" });
    const stop = observeTaskActivity(collected.provider.getMeter("test"), activity);
    tasks.setConcurrency(4);
    const first = tasks.start("train");
    nowSeconds += 10;
    const second = tasks.start("train");
    nowSeconds += 1;
    expect(await collected.values("task_active")).toEqual({ "queue=gpu": 2 });
    expect(await collected.values("task_oldest_active_seconds")).toEqual({ "queue=gpu": 11 });
    expect(await collected.values("task_concurrency")).toEqual({ "queue=gpu": 4 });
    first.succeed();
    expect(await collected.values("task_oldest_active_seconds")).toEqual({ "queue=gpu": 1 });
    second.fail();
    tasks.setConcurrency(undefined);
    expect(await collected.values("task_active")).toEqual({ "queue=gpu": 0 });
    expect(await collected.values("task_concurrency")).toEqual({});
    stop();
    expect(await collected.values("task_active")).toEqual({});
  });

  it.each([-1, 1.5, Number.NaN, "4"])("refuses %s slots", (slots) => {
    expect(() => recorder().tasks.setConcurrency(slots as number)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});

describe("bounds", () => {
  it("counts what exceeds the series limit in one overflow series, so that totals stay right", async () => {
    const { tasks } = recorder({ maxSeries: 3, defaultQueue: "q" });
    for (let tenant = 0; tenant < 10; tenant += 1) tasks.record({ task: `tenant_${tenant}`, outcome: "success" });
    expect(await collected.values("task_success_total")).toEqual({
      "task=tenant_0,queue=q": 1,
      "task=tenant_1,queue=q": 1,
      "task=tenant_2,queue=q": 1,
      "otel.metric.overflow=true": 7,
    });
  });

  it("tells of each refusal by instrument", () => {
    const refused: string[] = [];
    const { tasks } = recorder({ maxSeries: 1, onSeriesRefused: (instrument) => refused.push(instrument) });
    tasks.record({ task: "kept", outcome: "failure", errorType: "A" });
    tasks.record({ task: "kept", outcome: "failure", errorType: "B" });
    expect(refused).toEqual(["task_error_total"]);
    tasks.record({ task: "refused", outcome: "success" });
    expect(refused.slice(1)).toEqual(["task_success_total", "task_failure_total", "task_duration_seconds"]);
  });

  it("frees the place of a pair that is forgotten", async () => {
    const { tasks } = recorder({ maxSeries: 1, defaultQueue: "q" });
    tasks.declare("old");
    tasks.forget({ task: "old" });
    tasks.record({ task: "new", outcome: "success" });
    expect(await collected.values("task_success_total")).toMatchObject({ "task=new,queue=q": 1 });
  });

  it("counts a run whose pair was forgotten while it was open", async () => {
    const { tasks } = recorder({ defaultQueue: "q" });
    const run = tasks.start("train");
    tasks.forget({ task: "train" });
    run.succeed();
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=q": 1 });
  });

  it("names at most so many classes of error, and calls the rest _OTHER", async () => {
    const { tasks } = recorder({ maxErrorTypes: 2, defaultQueue: "q" });
    for (const errorType of ["A", "B", "C", "D", "A"]) tasks.record({ task: "t", outcome: "failure", errorType });
    expect(await collected.values("task_error_total")).toEqual({
      "task=t,queue=q,error_type=A": 2,
      "task=t,queue=q,error_type=B": 1,
      "task=t,queue=q,error_type=_OTHER": 2,
    });
  });

  it("keeps the error series within the same limit", async () => {
    const { tasks } = recorder({ maxSeries: 4, defaultQueue: "q" });
    for (const task of ["a", "b", "c"]) {
      for (const errorType of ["X", "Y", "Z"]) tasks.record({ task, outcome: "failure", errorType });
    }
    const series = await collected.values("task_error_total");
    expect(Object.keys(series)).toHaveLength(5);
    expect(Object.values(series).reduce((sum, value) => sum + value, 0)).toBe(9);
    expect(series["otel.metric.overflow=true"]).toBe(5);
  });
});

describe("the application never notices", () => {
  it("keeps working when the meter throws", () => {
    const broken = {
      createCounter: () => ({
        add: () => {
          throw new TypeError("BigInt");
        },
      }),
      createHistogram: () => ({ record: () => {} }),
    } as unknown as Meter;
    const { tasks } = recorder({ meter: broken });
    const work = vi.fn(() => 42);
    expect(tasks.wrap("train", work)()).toBe(42);
    tasks.record({ task: "train", outcome: "success" });
    expect(work).toHaveBeenCalledOnce();
    expect(problems.length).toBeGreaterThan(0);
  });

  it("records nothing after it was closed, and wrapped functions keep working", async () => {
    const handle = recorder();
    const fn = handle.tasks.wrap("train", (x: number) => x + 1);
    const open = handle.tasks.start("train");
    handle.close();
    expect(fn(1)).toBe(2);
    open.succeed();
    handle.tasks.record({ task: "train", outcome: "success" });
    expect(await collected.values("task_success_total")).toEqual({ "task=train,queue=_UNKNOWN": 0 });
    expect(problems).toEqual([]);
  });
});

describe("binding", () => {
  it("uses bound instruments where the meter has them, and ends their series on forget", () => {
    const removed: string[] = [];
    const bindable = (name: string) => ({
      bind: (attributes: object) => ({
        add: () => {},
        record: () => {},
        remove: () => removed.push(`${name} ${JSON.stringify(attributes)}`),
      }),
    });
    const meter = {
      createCounter: (name: string) => bindable(name),
      createHistogram: (name: string) => bindable(name),
    } as unknown as Meter;
    const { tasks } = recorder({ meter });
    tasks.record({ task: "t", queue: "q", outcome: "failure", errorType: "E" });
    tasks.forget({ task: "t", queue: "q" });
    expect(removed).toEqual([
      'task_success_total {"task":"t","queue":"q"}',
      'task_failure_total {"task":"t","queue":"q"}',
      'task_duration_seconds {"task":"t","queue":"q"}',
      'task_error_total {"task":"t","queue":"q","error_type":"E"}',
    ]);
  });
});
