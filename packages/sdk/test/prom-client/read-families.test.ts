import { expect, test } from "vitest";
import { readFamilies } from "../../src/prom-client/read-families.ts";
import type { TextFamily } from "../../src/prom-client/text-family.ts";

function families(lines: readonly string[], isOpenMetrics = false): TextFamily[] {
  return [...readFamilies(lines.join("\n"), isOpenMetrics)].filter((family) => family !== undefined);
}

test("a page is taken apart into its families, whose lines stay as they are", () => {
  const orders = ["# HELP orders_total Orders", "# TYPE orders_total counter", 'orders_total{shop="x"} 1'];
  const seconds = [
    "# HELP seconds Time",
    "# TYPE seconds histogram",
    'seconds_bucket{le="+Inf"} 1',
    "seconds_sum 0.5",
    "seconds_count 1",
  ];
  const found = families([...orders, "", ...seconds, ""]);
  expect(found.map(({ lines }) => lines)).toEqual([orders, seconds]);
  expect(found.map(({ name, isFlawed }) => [name, isFlawed])).toEqual([
    ["orders_total", false],
    ["seconds", false],
  ]);
  expect([...(found[1]?.names ?? [])].sort()).toEqual(["seconds", "seconds_bucket", "seconds_count", "seconds_sum"]);
});

test("a family without samples is one, and so are samples without a header", () => {
  const found = families(["# HELP a A", "# TYPE a gauge", "# HELP b B", "# TYPE b gauge", "b 1", "c 2", "c_sum 3"]);
  expect(found.map(({ lines }) => lines.length)).toEqual([2, 3, 1, 1]);
  expect(found.map(({ name }) => name)).toEqual(["a", "b", "c", "c_sum"]);
});

test("one bad line spoils its family and no other", () => {
  const found = families(["# TYPE a gauge", 'a{my-label="x"} 1', "a 2", "# TYPE b gauge", "b 1"]);
  expect(found.map(({ name, isFlawed }) => [name, isFlawed])).toEqual([
    ["a", true],
    ["b", false],
  ]);
});

test.each([
  ["an unknown type", ["# TYPE a thermometer", "a 1"]],
  ["an escape that there is not", ["# HELP a back\\slash", "# TYPE a gauge", "a 1"]],
  ["a bound that is no number", ["# TYPE a histogram", 'a_bucket{le="x"} 1']],
  ["a quantile that is no number", ["# TYPE a summary", 'a{quantile="x"} 1']],
])("%s spoils a family", (_, lines) => {
  expect(families(lines).map(({ isFlawed }) => isFlawed)).toEqual([true]);
});

test("a page that is none is one flawed family without a name", () => {
  const found = families(["<!doctype html>", "<html>", "  <body>Sign in</body>", "</html>"]);
  expect(found.map(({ name, isFlawed }) => [name, isFlawed])).toEqual([[undefined, true]]);
});

test("of samples with one label set the first stays, and the others are counted", () => {
  const [family] = families([
    "# TYPE a gauge",
    'a{x="1",y="2"} 1',
    'a{y="2",x="1"} 2',
    'a{x="1"} 3',
    'a{x="1",y=""} 4',
  ]);
  expect(family?.lines.slice(1)).toEqual(['a{x="1",y="2"} 1', 'a{x="1"} 3']);
  expect(family?.repeated).toBe(2);
});

test("OpenMetrics becomes the text format: counters named as their samples, no exemplars, no end", () => {
  const found = families(
    [
      "# HELP orders Orders",
      "# TYPE orders counter",
      'orders_total{shop="x"} 1 # {trace="t"} 1 1700000000.5',
      "# TYPE load unknown",
      "load 1",
      "# EOF",
    ],
    true,
  );
  expect(found.flatMap(({ lines }) => lines)).toEqual([
    "# HELP orders_total Orders",
    "# TYPE orders_total counter",
    'orders_total{shop="x"} 1',
    "# TYPE load untyped",
    "load 1",
  ]);
  expect(found.every(({ isFlawed }) => !isFlawed)).toBe(true);
});

test("there is a pause every few lines, however long a family is", () => {
  const text = Array.from({ length: 1000 }, (_, index) => `a{n="${index}"} 1`).join("\n");
  const pauses = [...readFamilies(text, false)].filter((family) => family === undefined);
  expect(pauses.length).toBeGreaterThan(10);
});
