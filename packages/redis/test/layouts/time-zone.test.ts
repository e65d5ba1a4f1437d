import { expect, it } from "vitest";
import { timeZone, utcOffsetMs } from "../../src/layouts/time-zone.ts";

it.each([
  ["UTC", "2026-07-01T00:00:00Z", 0],
  ["Europe/London", "2026-01-01T00:00:00Z", 0],
  ["Europe/Berlin", "2026-03-29T00:59:59Z", 60],
  ["Europe/Berlin", "2026-03-29T01:00:00Z", 120],
  ["America/St_Johns", "2026-01-01T00:00:00Z", -210],
  ["Pacific/Chatham", "2026-01-01T00:00:00Z", 825],
])("knows the clocks of %s at %s", (zone, at, minutes) => {
  expect(utcOffsetMs(zone, Date.parse(at))).toBe(minutes * 60_000);
});

it("accepts names of time zones, and nothing else", () => {
  const { accepts } = timeZone("UTC");
  expect(["UTC", "Europe/Berlin", "Asia/Tokyo"].every(accepts)).toBe(true);
  expect(["", "Mars/Olympus", "local", 60, null, undefined].some(accepts)).toBe(false);
});
