import { expect, it } from "vitest";
import { describeValue, invalidOption } from "../src/invalid-option.ts";

it("says what was given, what is accepted and what to do", () => {
  const error = invalidOption({
    path: "endpoint.port",
    value: 70_000,
    expected: "an integer from 0 to 65535",
    remedy: "Use 0.",
  });
  expect([error.code, error.message]).toEqual([
    "INVALID_OPTION",
    "endpoint.port: got 70000; expected an integer from 0 to 65535. Use 0.",
  ]);
});

it("shows no value where none was handed over", () => {
  expect(invalidOption({ path: "token", expected: "a string" }).message).toBe("token: expected a string.");
});

it.each([
  ["short", '"short"'],
  ["redis://:secret@host", "a string that looks like a URL"],
  ["x".repeat(81), "a string of 81 characters"],
  [7n, "7n"],
  [null, "null"],
  [[1, 2], "an array of 2"],
  [{ secret: 1 }, "an object"],
  [() => {}, "a function"],
  [Symbol("secret"), "a symbol"],
  [undefined, "undefined"],
])("renders %o in one short line without a secret", (value, text) => {
  expect(describeValue(value)).toBe(text);
});
