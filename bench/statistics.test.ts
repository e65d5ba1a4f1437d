import { expect, test } from "vitest";
import { median, percentile, relativeSpread, rounded } from "./statistics.ts";

test("the median is the middle of the sorted values", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test("a percentile is the value that this share does not exceed", () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(values, 50)).toBe(100);
  expect(percentile(values, 99)).toBe(198);
  expect(percentile(values, 100)).toBe(200);
  expect(percentile([3], 1)).toBe(3);
});

test("the spread is half the distance of the quartiles, as a share of the median", () => {
  expect(relativeSpread([5, 5, 5])).toBe(0);
  expect(relativeSpread([8, 9, 10, 11, 12])).toBe(0.1);
});

test("nothing to measure and no such percentile are mistakes", () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([1], 0)).toThrow(RangeError);
  expect(() => percentile([1], 101)).toThrow(RangeError);
});

test("figures keep four digits", () => {
  expect(rounded(12.34567)).toBe(12.35);
  expect(rounded(0.000123456)).toBe(0.0001235);
});
