import { expect, test } from "vitest";
import { readSample } from "../../src/prom-client/sample-line.ts";
import { SeenSeries } from "../../src/prom-client/seen-series.ts";

function firsts(...heads: readonly string[]): boolean[] {
  const seen = new SeenSeries();
  return heads.map((head) => {
    const line = `${head} 1`;
    return seen.add(line, readSample(line, false) ?? expect.fail(`no sample: ${line}`));
  });
}

test("a series is new once", () => {
  expect(firsts('a{x="1"}', 'a{x="2"}', 'a{x="1"}', 'b{x="1"}', "a", "a")).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
});

test.each([
  ["another order of its labels", 'a{x="1",y="2"}', 'a{y="2",x="1"}'],
  ["a label without a value", 'a{x="1"}', 'a{x="1",y=""}'],
  ["a comma at the end", 'a{x="1"}', 'a{x="1",}'],
  ["an empty list of labels", "a", "a{}"],
])("a series is the same with %s, whichever comes first", (_, one, other) => {
  expect(firsts(one, 'a{z="3"}', other)).toEqual([true, true, false]);
  expect(firsts(other, one, 'a{z="3"}')).toEqual([true, false, true]);
});
