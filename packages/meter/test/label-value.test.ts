import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeLabelValue, labelValue } from "../src/label-value.ts";

test("a string of up to 128 characters is kept as it is", () => {
  expect(labelValue("x".repeat(128))).toBe("x".repeat(128));
});

test("a longer string is cut at 128 characters", () => {
  expect(labelValue("x".repeat(10_240))).toBe("x".repeat(128));
});

test("the cut does not split a surrogate pair", () => {
  expect(labelValue(`${"x".repeat(127)}😀`)).toBe("x".repeat(127));
  expect(labelValue(`${"x".repeat(126)}😀y`)).toBe(`${"x".repeat(126)}😀`);
});

test("a lone surrogate becomes the replacement character", () => {
  expect(labelValue("a\ud800b")).toBe("a\ufffdb");
});

test("what is not a string is written as the standard exporter writes it", () => {
  expect([1, 1.5, true, ["a", 1], { a: 1 }, 10n].map((value) => labelValue(value))).toEqual([
    "1",
    "1.5",
    "true",
    '["a",1]',
    '{"a":1}',
    "10",
  ]);
});

test("a missing value is an absent label", () => {
  expect([undefined, null, ""].map((value) => labelValue(value))).toEqual(["", "", ""]);
});

test("a value without a text is thrown at the caller, who counts it", () => {
  expect(() => labelValue(() => 1)).toThrow(TypeError);
  expect(() => labelValue(Symbol("x"))).toThrow(TypeError);
});

test("every value comes out well-formed, at most 128 long and stable when read again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (value) => {
      const label = labelValue(value);
      expect(label.length).toBeLessThanOrEqual(128);
      expect(label.isWellFormed()).toBe(true);
      expect(labelValue(label)).toBe(label);
    }),
  );
});

test("backslash, newline and quote are escaped", () => {
  expect(escapeLabelValue('a\\b\nc"d')).toBe('a\\\\b\\nc\\"d');
});
