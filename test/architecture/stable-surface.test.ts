import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stableSurface } from "./stable-surface.ts";

const kept = readFileSync(new URL("stable-surface.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");
const now = stableSurface();
const lines = new Set(now);

const HOW = "`node scripts/keep-surface.ts` writes the file anew; docs/stability.md says what may change when.";

test("what users rely on is what the last release promised", () => {
  const gone = kept.filter((line) => !lines.has(line));
  expect(gone, `These lines were taken away or changed, which only a major release may do. ${HOW}`).toEqual([]);
});

test("what is new is written down", () => {
  const known = new Set(kept);
  const added = now.filter((line) => !known.has(line));
  expect(added, `These lines are new, which any minor release may bring. ${HOW}`).toEqual([]);
});

test("each fact is one line", () => {
  expect(now.length).toBe(lines.size);
  expect(now.filter((line) => line.includes("\n"))).toEqual([]);
  expect(now.length).toBeGreaterThan(250);
});
