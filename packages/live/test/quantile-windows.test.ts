import { expect, test } from "vitest";
import type { LiveReading } from "../src/live-reading.ts";
import { QuantileWindows } from "../src/quantile-windows.ts";
import { reading } from "./readings.ts";

const of = (runs: readonly number[], waits?: readonly number[]): LiveReading =>
  reading({ jobs: { tasks: { train: { runs, ...(waits && { waits }) } } } });

test("runs and waits have percentiles of their own, by task and by queue", () => {
  const windows = new QuantileWindows();
  windows.add(0, new Map([["process", of([0, 0, 0, 0, 0], [0, 0, 0, 0, 0])]]));
  windows.add(5, new Map([["process", of([10, 0, 0, 0, 0], [0, 0, 0, 0, 4])]]));
  const known = { runP95: 0.95, waitP95: 10 };
  expect(windows.ofTask("jobs", "train")).toEqual(known);
  expect(windows.ofQueues()).toEqual(new Map([["jobs", known]]));
});

test("what was counted before the first look is nobody's; a task that is born later counts from 0", () => {
  const windows = new QuantileWindows();
  windows.add(0, new Map([["process", of([10, 0, 0, 0, 0])]]));
  expect(windows.ofTask("jobs", "train").runP95).toBeUndefined();
  const born = reading({ jobs: { tasks: { train: { runs: [10, 0, 0, 0, 0] }, fresh: { runs: [0, 0, 0, 0, 1] } } } });
  windows.add(5, new Map([["process", born]]));
  expect(windows.ofTask("jobs", "fresh").runP95).toBe(10);
  expect(windows.ofTask("jobs", "train").runP95).toBeUndefined();
  expect(windows.ofQueues().get("jobs")?.runP95).toBe(10);
});

test("a source that was away is new again when it comes back, and what it no longer shows is forgotten", () => {
  const windows = new QuantileWindows();
  windows.add(0, new Map([["platform", of([0, 0, 0, 0, 0])]]));
  windows.add(5, new Map([["platform", of([10, 0, 0, 0, 0])]]));
  windows.add(10, new Map([["process", reading({})]]));
  expect([windows.ofTask("jobs", "train").runP95, windows.ofQueues().size]).toEqual([undefined, 0]);
  windows.add(15, new Map([["platform", of([500, 0, 0, 0, 0])]]));
  expect(windows.ofTask("jobs", "train").runP95).toBeUndefined();
  windows.add(20, new Map([["platform", of([500, 0, 0, 0, 2])]]));
  expect(windows.ofTask("jobs", "train").runP95).toBe(10);
});

test("what several sources count of a task is added up", () => {
  const windows = new QuantileWindows();
  const both = (one: readonly number[], other: readonly number[]): ReadonlyMap<string, LiveReading> =>
    new Map([
      ["process", of(one)],
      ["platform", of(other)],
    ]);
  windows.add(0, both([0, 0, 0, 0, 0], [0, 0, 0, 0, 0]));
  windows.add(5, both([50, 0, 0, 0, 0], [0, 0, 0, 0, 50]));
  expect(windows.ofTask("jobs", "train").runP95).toBe(10);
});

test("tasks and queues whose names run together are told apart", () => {
  const windows = new QuantileWindows();
  windows.add(0, new Map([["process", reading({})]]));
  const runs = { a: { tasks: { bc: { runs: [1, 0, 0, 0, 0] } } }, ab: { tasks: { c: { runs: [0, 0, 0, 0, 1] } } } };
  windows.add(5, new Map([["process", reading(runs)]]));
  expect([windows.ofTask("a", "bc").runP95, windows.ofTask("ab", "c").runP95]).toEqual([0.95, 10]);
});
