import { expect, test } from "vitest";
import { interleave } from "./rounds.ts";

test("samples the contenders in turn and forgets the warm-up", async () => {
  const taken: string[] = [];
  const sample = (name: string) => () => taken.push(name);
  const samples = await interleave({ a: sample("a"), b: sample("b") }, { rounds: 2, progress: () => {} });
  expect(taken.join("")).toBe("ababab");
  expect(samples).toEqual({ a: [3, 5], b: [4, 6] });
});

test("tells how far it is, at most ten times", async () => {
  const told: string[] = [];
  await interleave({ a: () => Promise.resolve(1) }, { rounds: 25, progress: (text) => void told.push(text) });
  expect(told).toHaveLength(9);
  expect(told.at(-1)).toBe("round 25 of 25");
});
