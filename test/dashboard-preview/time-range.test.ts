import { expect, test } from "vitest";
import { readDuration, readTimeRange } from "./time-range.ts";

const NOW = 1_800_000_000;

test.each([
  ["now-30m", "now", NOW - 1800, NOW],
  ["now-2h", "now-1h", NOW - 7200, NOW - 3600],
  ["1700000000", "1700000060.5", 1_700_000_000, 1_700_000_060.5],
  ["2026-01-01T00:00:00Z", "now", 1_767_225_600, NOW],
])("from %s to %s", (from, to, first, last) => {
  expect(readTimeRange(from, to, NOW)).toEqual({ from: first, to: last });
});

test("what is no time, and a range that does not go forward, are errors", () => {
  expect(() => readTimeRange("yesterday", "now", NOW)).toThrow('"yesterday" is no time');
  expect(() => readTimeRange("now", "now-1h", NOW)).toThrow("is empty");
});

test("durations are as Prometheus writes them", () => {
  expect(readDuration("15s")).toBe(15);
  expect(readDuration("2m")).toBe(120);
  expect(() => readDuration("fast")).toThrow('"fast" is no duration');
});
