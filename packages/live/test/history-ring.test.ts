import { expect, test } from "vitest";
import { HistoryRing } from "../src/history-ring.ts";

const LIMITS = { slots: 4, tracks: 2 };

function ringOf(): HistoryRing<"a" | "b"> {
  return new HistoryRing(["a", "b"] as const, LIMITS);
}

function values(ring: HistoryRing<"a" | "b">, key: string, column: "a" | "b" = "a"): (number | undefined)[] {
  const track = ring.track(key);
  return ring.times.map((_, place) => track?.at(column, place));
}

test("the newest readings are kept, oldest first, and the older ones fall out", () => {
  const ring = ringOf();
  for (let at = 1; at <= 6; at += 1) {
    ring.begin(at);
    ring.set("x", { a: at * 10 });
  }
  expect(ring.times).toEqual([3, 4, 5, 6]);
  expect(values(ring, "x")).toEqual([30, 40, 50, 60]);
  expect(values(ring, "x", "b")).toEqual([undefined, undefined, undefined, undefined]);
});

test("what a reading does not say is a gap, also where an older round had a value in its place", () => {
  const ring = ringOf();
  for (let at = 1; at <= 6; at += 1) {
    ring.begin(at);
    if (at !== 5) ring.set("x", { a: 0, b: undefined });
  }
  expect(values(ring, "x")).toEqual([0, 0, undefined, 0]);
});

test("of a thing that comes late nothing is known before", () => {
  const ring = ringOf();
  ring.begin(1);
  ring.begin(2);
  ring.set("x", { a: 7 });
  expect(values(ring, "x")).toEqual([undefined, 7]);
  expect(ring.track("y")).toBeUndefined();
});

test("a thing that nothing is said of for a whole round is forgotten, and not before", () => {
  const ring = ringOf();
  ring.begin(1);
  ring.set("x", { a: 1 });
  for (let at = 2; at <= 4; at += 1) ring.begin(at);
  expect(values(ring, "x")).toEqual([1, undefined, undefined, undefined]);
  ring.begin(5);
  expect(ring.track("x")).toBeUndefined();
});

test("its bytes are those of its limits at most: of things beyond them no past is kept until one of the others goes", () => {
  const ring = ringOf();
  ring.begin(1);
  for (const key of ["x", "y", "z"]) ring.set(key, { a: 1 });
  expect(ring.track("z")).toBeUndefined();
  expect(ring.bytes).toBe(4 * 8 + 2 * 2 * 4 * 4);
  for (let at = 2; at <= 5; at += 1) {
    ring.begin(at);
    ring.set("y", { a: 1 });
  }
  ring.set("z", { a: 2 });
  expect(values(ring, "z").at(-1)).toBe(2);
  expect(ring.bytes).toBe(4 * 8 + 2 * 2 * 4 * 4);
});

test("cleared, it knows nothing and begins anew", () => {
  const ring = ringOf();
  for (let at = 1; at <= 3; at += 1) {
    ring.begin(at);
    ring.set("x", { a: at });
  }
  ring.clear();
  expect([ring.times, ring.track("x")]).toEqual([[], undefined]);
  ring.begin(9);
  ring.set("x", { a: 9 });
  expect([ring.times, values(ring, "x")]).toEqual([[9], [9]]);
});

test("sums and the least value pass over gaps, and of gaps alone nothing is known", () => {
  const ring = ringOf();
  for (const [at, value] of [
    [1, 9],
    [2, 4],
    [3, undefined],
    [4, 6],
    [5, 8],
  ] as const) {
    ring.begin(at);
    ring.set("x", { a: value });
  }
  const track = ring.track("x");
  // Places 0 to 3 are the readings at 2, 3, 4 and 5.
  expect([track?.sum("a", 0, 3), track?.sum("a", 1, 2), track?.sum("a", 1, 1)]).toEqual([18, 6, undefined]);
  expect([track?.least("a", 0, 3), track?.least("a", 2, 3), track?.least("a", 1, 1)]).toEqual([4, 6, undefined]);
  expect(track?.sum("b", 0, 3)).toBeUndefined();
});
