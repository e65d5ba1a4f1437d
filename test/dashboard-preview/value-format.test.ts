import { expect, test } from "vitest";
import { formatTick, formatValue } from "./page/value-format.ts";

test.each([
  [0, "s", "0 s"],
  [0.0000005, "s", "500 ns"],
  [0.0123, "s", "12.3 ms"],
  [1.5, "s", "1.50 s"],
  [90, "s", "1.50 min"],
  [7200, "s", "2 hours"],
  [0.9464, "percentunit", "94.6%"],
  [1, "percentunit", "100%"],
  [4.641, "percent", "4.64%"],
  [1234, "short", "1.23 K"],
  [12, "short", "12"],
  [1536, "bytes", "1.50 KiB"],
  [0.5, "gbytes", "512 MiB"],
  [88, "cpm", "88 c/m"],
  [Number.POSITIVE_INFINITY, "s", "∞"],
  [Number.NaN, "short", "NaN"],
])("%d in %s is written %s", (value, unit, text) => {
  expect(formatValue(value, { unit })).toBe(text);
});

test("decimals that are set win", () => {
  expect(formatValue(2.6, { unit: "short", decimals: 0 })).toBe("3");
});

test("an axis has no digits that say nothing", () => {
  expect([0.1 + 0.2, 2.5, 100].map((value) => formatTick(value, "cpm"))).toEqual(["0.3 c/m", "2.5 c/m", "100 c/m"]);
  expect(formatTick(1.5 * 1024 ** 2, "bytes")).toBe("1.5 MiB");
});

test("a unit that the preview cannot write is an error, not a bare number", () => {
  expect(() => formatValue(1, { unit: "furlong" })).toThrow('"furlong"');
});
