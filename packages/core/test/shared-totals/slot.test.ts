import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf, exactSum, slotSeries } from "../../src/shared-totals/slot.ts";
import { propertyRuns } from "./property-runs.ts";
import { active, durations, slotOf, successes } from "./slot-samples.ts";

test("a series is the same whatever the order of its labels, and another one with other labels, bounds or kind", () => {
  const { key } = slotSeries(durations, { queue: "q", task: "t" });
  expect(slotSeries(durations, { task: "t", queue: "q" }).key).toBe(key);
  const others = [
    slotSeries(durations, { queue: "q", task: "T" }),
    slotSeries(durations, { queue: "q" }),
    slotSeries({ ...durations, bounds: [1, 11] }, { queue: "q", task: "t" }),
    slotSeries({ ...durations, name: "task_wait_seconds" }, { queue: "q", task: "t" }),
    slotSeries({ ...durations, kind: "living", bounds: [] }, { queue: "q", task: "t" }),
  ];
  expect(new Set([key, ...others.map((other) => other.key)]).size).toBe(6);
});

test("a label that is true is another than one that says true", () => {
  expect(slotSeries(successes, { overflow: true }).key).not.toBe(slotSeries(successes, { overflow: "true" }).key);
});

test("a counter has one number; a histogram its sum and one more bucket than it has bounds", () => {
  const { shape } = slotOf([successes, {}, [1]], [durations, {}, [1, 0, 1, 0]], [active, {}, [1]]);
  expect(shape.map(({ width }) => width)).toEqual([1, 4, 1]);
  expect(cellsOf(shape)).toBe(6);
});

test("sums that were rounded come to the same in whatever order they are added, and are never more than what was counted", () => {
  const seconds = fc.double({ min: 0, max: 100_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 1, maxLength: 50 }), (values) => {
      const sums = values.map(exactSum);
      const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
      expect(total([...sums].reverse())).toBe(total(sums));
      expect(total([...sums].sort((one, other) => one - other))).toBe(total(sums));
      for (const [index, sum] of sums.entries()) {
        expect(sum).toBeLessThanOrEqual(values[index] as number);
        expect(sum).toBeGreaterThan((values[index] as number) - 2 ** -20);
        expect(exactSum(sum)).toBe(sum);
      }
    }),
    propertyRuns(200),
  );
});
