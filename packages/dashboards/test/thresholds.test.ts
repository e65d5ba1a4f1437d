import { expect, test } from "vitest";
import { thresholds } from "../src/thresholds.ts";

test.each(Object.entries(thresholds))("the steps of %s begin without a value and rise", (_, steps) => {
  const [first, ...rest] = steps.map((step: { value: number | null }) => step.value);
  expect(first).toBeNull();
  expect(rest).toEqual(rest.toSorted((a: number, b: number) => a - b));
  expect(new Set(rest).size).toBe(rest.length);
});
