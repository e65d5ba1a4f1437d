import { expect, it } from "vitest";
import { plainJson, plainText } from "../../src/doctor/plain-text.ts";

const hostile = "a\u001b[2Jb\u0007\n\u009b1m\u202ec\u2028";

it("spells out what could draw on a terminal, and leaves words of any language", () => {
  expect(plainText(hostile)).toBe("a\\u{1b}[2Jb\\u{7}\\u{a}\\u{9b}1m\\u{202e}c\\u{2028}");
  expect(plainText("工作 café 😀")).toBe("工作 café 😀");
});

it("writes JSON that means the same", () => {
  const json = plainJson({ queue: hostile });
  expect(json).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(json)).toEqual({ queue: hostile });
});
