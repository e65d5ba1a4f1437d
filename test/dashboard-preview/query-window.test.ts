import { expect, test } from "vitest";
import { queryWindow } from "./query-window.ts";

test("a rate looks over at least four scrapes", () => {
  const { step, builtIns } = queryWindow({ from: 0, to: 600 }, 600, 15);
  expect(step).toBe(15);
  expect(builtIns).toEqual({ __interval: "15s", __rate_interval: "60s", __range: "600s", __range_s: "600" });
});

test("a long range has at most a point per pixel, and no rate forgets what lies between two points", () => {
  const { step, builtIns } = queryWindow({ from: 0, to: 86_400 }, 400, 15);
  expect(step).toBe(300);
  expect(builtIns.__rate_interval).toBe("315s");
});

test("points lie on multiples of the step", () => {
  expect(queryWindow({ from: 1003, to: 1597 }, 600, 5)).toMatchObject({ from: 1000, to: 1595, step: 5 });
});
