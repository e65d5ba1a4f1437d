import { expect, test } from "vitest";
import { chooseBase, foldedOnlyIn, foldedSeq } from "../../src/shared-totals/base-history.ts";
import type { EncodedSlot } from "../../src/shared-totals/slot-codec.ts";
import { countOf } from "./slot-samples.ts";

function baseOf(folded: Record<string, readonly [number, number]>): EncodedSlot {
  return { seq: 1, ...countOf(1), base: { folded, touched: [1] } };
}

const one = baseOf({ a: [1, 100] });
const both = baseOf({ a: [1, 100], b: [2, 200] });
const other = baseOf({ a: [1, 100], c: [3, 300] });

test("a later base is taken, an earlier one is healed, and another line of history is taken", () => {
  expect(chooseBase(one, both, 0)).toBe("adopt");
  expect(chooseBase(both, one, 0)).toBe("heal");
  expect(chooseBase(both, other, 0)).toBe("adopt");
  expect(chooseBase(both, baseOf({ ...both.base?.folded }), 0)).toBe("adopt");
});

test("any base is taken by who has none, and put back where there is none", () => {
  expect(chooseBase(undefined, undefined, 0)).toBe("adopt");
  expect(chooseBase(undefined, one, 0)).toBe("adopt");
  expect(chooseBase(one, undefined, 0)).toBe("heal");
});

test("what may have been forgotten proves nothing", () => {
  const later = baseOf({ b: [2, 200] });
  expect(chooseBase(both, later, 150)).toBe("adopt");
  expect(chooseBase(both, later, 50)).toBe("heal");
  expect(foldedOnlyIn(both, later, 50)).toEqual(["a"]);
  expect(foldedOnlyIn(both, undefined, 150)).toEqual(["b"]);
});

test("the version that is in a base is told by identity, and names that every object has are none", () => {
  expect(foldedSeq(both, "b")).toBe(2);
  for (const id of ["c", "constructor", "__proto__", "toString"]) expect(foldedSeq(both, id)).toBe(undefined);
  expect(foldedSeq(undefined, "a")).toBe(undefined);
  expect(foldedSeq({ seq: 1, ...countOf(1) }, "a")).toBe(undefined);
});
