import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/errors.md", root), "utf8");
const source = readFileSync(new URL("packages/core/src/task-vitals-error.ts", root), "utf8");

it("the page of errors has a heading for each code, in the order of the code, and no other", () => {
  const union = /export type TaskVitalsErrorCode =([^;]+);/.exec(source)?.[1] ?? "";
  const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  expect(codes).toContain("INVALID_OPTION");
  expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(codes);
});

it("each heading of the page of errors is followed by what to do", () => {
  for (const section of page.split(/^## /m).slice(1)) {
    expect(section).toMatch(/\b(Correct|Set|Install|Choose|Upgrade|Leave)\b/);
  }
});
