import { expect, test } from "vitest";
import { readExpression } from "./promql.ts";

test("names the series and labels of a valid expression", () => {
  expect(readExpression('sum by (task) (rate(a_sum{job=~"x"}[5m])) / max without(pid) (b)')).toEqual({
    valid: true,
    series: ["a_sum", "b"],
    labels: ["task", "job", "pid"],
  });
});

test.each(["sum by (task (x)", "sum(a) sum(b)", 'x{job=~"y}', "rate(x[])", ""])("refuses %j", (text) => {
  expect(readExpression(text).valid).toBe(false);
});
