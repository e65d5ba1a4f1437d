import { expect, test } from "vitest";
import { readExpression } from "./promql.ts";

test("names the series and labels of a valid expression", () => {
  expect(readExpression('sum by (task) (rate(a_sum{job=~"x"}[5m])) / max without(pid) (b)')).toEqual({
    valid: true,
    series: ["a_sum", "b"],
    labels: ["task", "job", "pid"],
    selections: [
      { names: ["a_sum"], matchers: { job: '=~"x"' }, range: "5m", within: ["rate", "sum"] },
      { names: ["b"], matchers: {}, within: ["max"] },
    ],
  });
});

test.each(["sum by (task (x)", "sum(a) sum(b)", 'x{job=~"y}', "rate(x[])", ""])("refuses %j", (text) => {
  expect(readExpression(text).valid).toBe(false);
});

test("reads the alternatives of a name, and what no function stands around", () => {
  expect(readExpression('{__name__=~"a|b", job="x"} offset 5m').selections).toEqual([
    { names: ["a", "b"], matchers: { job: '="x"' }, within: [] },
  ]);
});
