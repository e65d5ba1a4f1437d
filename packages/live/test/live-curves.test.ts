import { expect, test } from "vitest";
import { curvesOf } from "../src/live-curves.ts";
import { LiveHistory } from "../src/live-history.ts";
import { PLATFORM_CURVES, QUEUE_CURVES, TASK_CURVES } from "../src/live-state.ts";
import { ofProcess } from "./readings.ts";

function history(): LiveHistory {
  const kept = new LiveHistory();
  const ticks = [
    { at: 1000, ready: 3, succeeded: 0, failed: 0 },
    { at: 1005, ready: undefined, succeeded: 10, failed: 0 },
    { at: 1025, ready: 0, succeeded: 40, failed: 10 },
  ];
  for (const { at, ready, succeeded, failed } of ticks) {
    const tasks = { train: { succeeded, failed } };
    const jobs = ready === undefined ? { tasks, readErrors: { refused: 1 } } : { tasks, ready };
    kept.add(at, ofProcess({ jobs }), 1 / 3);
  }
  return kept;
}

test("curves have a value per reading, and null where nothing is known: never 0", () => {
  const found = curvesOf(history(), { queue: "jobs" });
  expect(found?.at).toEqual([1000, 1005, 1025]);
  expect(Object.keys(found?.curves ?? {})).toEqual([...QUEUE_CURVES]);
  expect(found?.curves.ready).toEqual([3, null, 0]);
  expect(found?.curves.slots).toEqual([null, null, null]);
});

test("rates are over the time since the reading before, and the first has none", () => {
  const curves = curvesOf(history(), { queue: "jobs", task: "train" })?.curves ?? {};
  expect(Object.keys(curves)).toEqual([...TASK_CURVES]);
  expect(curves.perSecond).toEqual([null, 2, 2]);
  expect(curves.failedPerSecond).toEqual([null, 0, 0.5]);
});

test("the whole has curves of its own, with as many digits as a picture shows", () => {
  const curves = curvesOf(history(), {})?.curves ?? {};
  expect(Object.keys(curves)).toEqual([...PLATFORM_CURVES]);
  expect(curves.perSecond).toEqual([null, 2, 2]);
  expect(curves.loopBusy).toEqual([0.333333, 0.333333, 0.333333]);
});

test("of what is not there no curves are made up", () => {
  expect(curvesOf(history(), { queue: "other" })).toBeUndefined();
  expect(curvesOf(history(), { queue: "jobs", task: "other" })).toBeUndefined();
  expect(curvesOf(history(), { queue: "", task: "" })).toBeUndefined();
  expect(curvesOf(new LiveHistory(), {})).toBeUndefined();
});
