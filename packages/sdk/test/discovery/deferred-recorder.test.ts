import { expect, test } from "vitest";
import { DeferredRecorder } from "../../src/discovery/deferred-recorder.ts";
import { type StartedVitals, startVitals } from "../start-vitals.ts";

const pair = { task: "train", queue: "gpu" };

/** A recorder on a clock of the test's, and what comes out once it is bound. */
async function deferredUntilBound(): Promise<
  StartedVitals & { readonly deferred: DeferredRecorder; readonly pass: (seconds: number) => void }
> {
  let now = 100;
  const started = await startVitals({ runtimeMetrics: false });
  return {
    ...started,
    deferred: new DeferredRecorder(() => now),
    pass: (seconds) => {
      now += seconds;
    },
  };
}

test("runs that ended before there was a recorder are counted with their times", async () => {
  const { deferred, pass, scrape, vitals } = await deferredUntilBound();
  const succeeded = deferred.start("train", { queue: "gpu", waitSeconds: 2 });
  const failed = deferred.start("train", { queue: "gpu" });
  pass(3);
  succeeded.succeed();
  succeeded.fail(new Error("too late"));
  failed.fail(new RangeError("no"));
  deferred.start("train", { queue: "gpu" }).retry();
  deferred.start("train", { queue: "gpu" }).release();
  deferred.record({ ...pair, outcome: "success", durationSeconds: 4 });
  deferred.stalled({ queue: "gpu" }, 2);
  deferred.bind(vitals.tasks);
  const page = await scrape();
  expect(page.value("task_success_total", pair)).toBe(2);
  expect(page.value("task_failure_total", pair)).toBe(1);
  expect(page.value("task_error_total", { ...pair, error_type: "RangeError" })).toBe(1);
  expect(page.value("task_retry_total", pair)).toBe(1);
  expect(page.value("task_stalled_total", { queue: "gpu" })).toBe(2);
  expect(page.value("task_duration_seconds_sum", pair)).toBe(10);
  expect(page.value("task_wait_seconds_sum", pair)).toBe(2);
  expect(page.value("task_active", { queue: "gpu" })).toBe(0);
});

test("a run that is still open is active from then on, and its whole time counts", async () => {
  const { deferred, pass, scrape, vitals } = await deferredUntilBound();
  const run = deferred.start("train", { queue: "gpu", waitSeconds: 1 });
  pass(5);
  deferred.bind(vitals.tasks);
  expect((await scrape()).value("task_active", { queue: "gpu" })).toBe(1);
  pass(2);
  run.succeed();
  run.succeed();
  const page = await scrape();
  expect(page.value("task_active", { queue: "gpu" })).toBe(0);
  expect(page.value("task_success_total", pair)).toBe(1);
  expect(page.value("task_duration_seconds_sum", pair)).toBe(7);
  expect(page.value("task_wait_seconds_count", pair)).toBe(1);
});

test("slots that are added, changed and taken away before and after count as they are", async () => {
  const { deferred, scrape, vitals } = await deferredUntilBound();
  const changed = deferred.addSlots(2, { queue: "gpu" });
  changed.resize(3);
  changed.resize(-1);
  deferred.addSlots(40, { queue: "gpu" })[Symbol.dispose]();
  deferred.addSlots(() => 10, { queue: "gpu" });
  deferred.bind(vitals.tasks);
  const late = deferred.addSlots(100, { queue: "gpu" });
  const slots = async (): Promise<number | undefined> => (await scrape()).value("task_concurrency", { queue: "gpu" });
  expect(await slots()).toBe(113);
  changed.resize(4);
  late[Symbol.dispose]();
  expect(await slots()).toBe(14);
  changed[Symbol.dispose]();
  expect(await slots()).toBe(10);
});

test("set-up calls take effect in their order, and one that is refused does not keep the others from it", async () => {
  const { deferred, scrape, vitals } = await deferredUntilBound();
  deferred.declare("");
  deferred.declare("first", { queue: "gpu" });
  deferred.declare("gone", { queue: "gpu" });
  deferred.forget({ task: "gone", queue: "gpu" });
  deferred.setConcurrency(8, { queue: "gpu" });
  const double = deferred.wrap("double", (value: number) => value * 2, { queue: "gpu" });
  expect([double(21), double.length]).toEqual([42, 1]);
  deferred.bind(vitals.tasks);
  expect(double(4)).toBe(8);
  const page = await scrape();
  expect(page.value("task_success_total", { task: "first", queue: "gpu" })).toBe(0);
  expect(page.value("task_success_total", { task: "gone", queue: "gpu" })).toBeUndefined();
  expect(page.value("task_success_total", { task: "double", queue: "gpu" })).toBe(2);
  expect(page.value("task_concurrency", { queue: "gpu" })).toBe(8);
});

test("where no recorder will come, everything can be called and nothing happens", async () => {
  const deferred = new DeferredRecorder();
  const before = deferred.start("train");
  deferred.discard();
  before.succeed();
  deferred.record({ task: "train", outcome: "success" });
  deferred.start("train").fail();
  await deferred.start("train")[Symbol.asyncDispose]();
  deferred.addSlots(1)[Symbol.dispose]();
  expect(deferred.wrap("train", () => 5)()).toBe(5);
});

test("a scope that is left without a word counts as a failure", async () => {
  const { deferred, scrape, vitals } = await deferredUntilBound();
  {
    using _run = deferred.start("train", { queue: "gpu" });
  }
  await deferred.start("train", { queue: "gpu" })[Symbol.asyncDispose]();
  deferred.bind(vitals.tasks);
  expect((await scrape()).value("task_error_total", { ...pair, error_type: "_OTHER" })).toBe(2);
});
