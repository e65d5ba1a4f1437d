import { expect, test } from "vitest";
import { isNumber, labelOf, readSample, seriesOf } from "../../src/prom-client/sample-line.ts";

test.each([
  ["orders_total 1", "orders_total{}"],
  ["a:b_total -1.5e-7", "a:b_total{}"],
  ['orders_total{shop="x",plan="y"} +Inf', 'orders_total{plan="y",shop="x"}'],
  ['orders_total{plan="y",shop="x",} Nan 1700000000000', 'orders_total{plan="y",shop="x"}'],
  ["orders_total{} 1", "orders_total{}"],
  ['orders_total{shop=""} 1', "orders_total{}"],
  ['orders_total{shop="a\\"b\\\\c\\nd } 5"} 1', 'orders_total{shop="a\\"b\\\\c\\nd } 5"}'],
  ['orders_total{größe="x"} 1', undefined],
  ['orders_total{shop="größe 🚀"} 1', 'orders_total{shop="größe 🚀"}'],
])("reads %j as a sample of the series %j", (line, series) => {
  const sample = readSample(line, false);
  expect(sample === undefined ? undefined : seriesOf(line, sample)).toBe(series);
});

test.each([
  "",
  "<html>",
  "orders_total",
  "orders_total one",
  "orders_total 1e999",
  "orders_total  1",
  "orders_total 1 2 3",
  "orders_total 0x10",
  "9lead 1",
  "orders-total 1",
  'orders_total{shop="x" 1',
  'orders_total{shop="x} 1',
  'orders_total{shop="a"b"} 1',
  'orders_total{shop="a\\tb"} 1',
  'orders_total{shop="x\\',
  'orders_total{my-shop="x"} 1',
  "orders_total{shop=5} 1",
  'orders_total{shop="x"plan="y"} 1',
  'orders_total{shop="x",shop="y"} 1',
  'orders_total{__name__="x"} 1',
])("refuses %j, for which Prometheus would refuse the page", (line) => {
  expect(readSample(line, false)).toBeUndefined();
});

test("the value of a label is as it is written", () => {
  const line = 'orders_total{shop="a\\"b",le="0.5"} 1';
  const labels = readSample(line, false)?.labels ?? expect.fail("it is a sample");
  expect(["shop", "le", "plan"].map((name) => labelOf(line, labels, name))).toEqual(['a\\"b', "0.5", undefined]);
});

test("an exemplar is after the end of the sample, and a fault where there may be none", () => {
  const line = 'orders_total{shop="x # {"} 5 # {trace="1"} 1 1700000000.5';
  expect(line.slice(0, readSample(line, true)?.end)).toBe('orders_total{shop="x # {"} 5');
  expect(readSample(line, false)).toBeUndefined();
});

test("a value of many megabytes is read", () => {
  const line = `orders_total{shop="${'\\"'.repeat(4_000_000)}"} 1`;
  expect(readSample(line, false)?.end).toBe(line.length);
});

test.each(["1", "-0", "1.", ".5", "1e21", "+Inf", "-inf", "NaN", "Nan"])("%s is a number", (text) => {
  expect(isNumber(text)).toBe(true);
});

test.each(["", "x", "+NaN", "1e", "1_000", "Infinit", "1e400"])("%j is no number", (text) => {
  expect(isNumber(text)).toBe(false);
});
