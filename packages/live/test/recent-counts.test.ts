import { expect, test } from "vitest";
import { HistoryRing } from "../src/history-ring.ts";
import { TASK_COLUMNS, type TaskColumn } from "../src/live-columns.ts";
import { countsOver, endedPerSecond, type RecentCounts } from "../src/recent-counts.ts";

/** A ring of readings at these times, each with what ended since the one before; `undefined` where nobody counted. */
function ringOf(readings: readonly (readonly [at: number, ended: number | undefined])[]): HistoryRing<TaskColumn> {
  const ring = new HistoryRing(TASK_COLUMNS, { slots: 180, tracks: 1 });
  for (const [at, ended] of readings) {
    ring.begin(at);
    if (ended !== undefined) ring.set("x", { ended, failed: ended / 2, retried: 1 });
  }
  return ring;
}

function rate(...readings: readonly (readonly [at: number, ended: number | undefined])[]): number | undefined {
  const ring = ringOf(readings);
  const track = ring.track("x");
  return track && endedPerSecond(track, ring.times);
}

function counts(
  windowSeconds: number,
  ...readings: readonly (readonly [at: number, ended: number | undefined])[]
): RecentCounts | undefined {
  const ring = ringOf(readings);
  const track = ring.track("x");
  return track && countsOver(track, ring.times, windowSeconds);
}

test("a rate is what ended over the time in which it did, however uneven the readings", () => {
  expect(rate([0, 0], [5, 10], [10, 10])).toBe(2);
  expect(rate([0, 0], [5, 10], [30, 50])).toBe(2);
  expect(rate([0, 99], [12, 24])).toBe(2);
});

test("what the first of all readings counted came over a time that nobody knows", () => {
  expect(rate([0, 10])).toBeUndefined();
  expect(rate([0, undefined], [5, undefined])).toBeUndefined();
});

test("time in which nobody counted is not time in which nothing ended", () => {
  expect(rate([0, 0], [5, 10], [10, undefined], [15, undefined], [20, 10])).toBe(2);
});

test("a rate is of the last minute, and of a window every reading since it began", () => {
  const even = Array.from({ length: 60 }, (_, nth) => [nth * 5, nth < 48 ? 100 : 5] as const);
  expect(rate(...even)).toBe(1);
  expect(counts(60, ...even)).toEqual({ ended: 60, failed: 30, retried: 12 });
  expect(counts(900, ...even)?.ended).toBe(4800 + 60);
});

test("where nothing ended the rate is 0, and where nobody counted nothing is known", () => {
  expect(rate([0, 0], [5, 0])).toBe(0);
  expect(counts(60, [0, 0], [5, 0])).toEqual({ ended: 0, failed: 0, retried: 2 });
  // Counted before the window alone.
  expect(counts(60, [0, 7], [100, undefined])).toBeUndefined();
});
