import { describe, expect, it } from "vitest";
import { labelValue } from "../src/label-value.ts";

describe("labelValue", () => {
  it("keeps an ordinary string as it is", () => {
    expect(labelValue("train_lora")).toBe("train_lora");
  });

  it.each([
    ["an empty string", ""],
    ["nothing", undefined],
    ["null", null],
    [
      "an object whose toString throws",
      {
        toString() {
          throw new Error("hostile");
        },
      },
    ],
    ["an object without a prototype", Object.create(null)],
  ])("calls %s _UNKNOWN", (_what, given) => {
    expect(labelValue(given)).toBe("_UNKNOWN");
  });

  it("turns numbers, BigInts, symbols and objects into text", () => {
    expect([labelValue(7), labelValue(10n), labelValue(Symbol("s")), labelValue({})]).toEqual([
      "7",
      "10",
      "Symbol(s)",
      "[object Object]",
    ]);
  });

  it("turns a cyclic object into text without walking it", () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect(labelValue(cyclic)).toBe("[object Object]");
  });

  it("cuts at 128 characters", () => {
    expect(labelValue("x".repeat(10_000))).toBe("x".repeat(128));
  });

  it("never cuts a surrogate pair in half and mends a lone one", () => {
    expect(labelValue(`${"x".repeat(127)}😀`)).toBe("x".repeat(127));
    expect(labelValue(`${"x".repeat(126)}😀y`)).toBe(`${"x".repeat(126)}😀`);
    expect(labelValue("a\ud800b")).toBe("a\ufffdb");
  });
});
