import { expect, test } from "vitest";
import { KnownSlots } from "../../src/shared-totals/known-slots.ts";
import { cellsOf, type Slot, type SlotSeries, slotSeries } from "../../src/shared-totals/slot.ts";
import type { SlotEntry } from "../../src/shared-totals/slot-store.ts";
import { countOf, successes } from "./slot-samples.ts";

const entry = (token: string, ended = false): SlotEntry => ({ seq: 1, aliveAtMs: 1, ended, token });
const listed = (token: string, ended = false): Map<string, SlotEntry> => new Map([["a", entry(token, ended)]]);

function known(slot: Slot = countOf(1)): KnownSlots {
  const slots = new KnownSlots();
  slots.see("a", { seq: 5, ...slot });
  return slots;
}

const quietMsOf = (slots: KnownSlots): number => [...slots.entries()][0]?.[1].quietMs ?? Number.NaN;

test("the newest version that was read stays", () => {
  const slots = known();
  slots.see("a", { seq: 4, ...countOf(9) });
  expect(slots.seqOf("a")).toBe(5);
  slots.see("a", { seq: 6, ...countOf(9) });
  expect([slots.seqOf("a"), slots.seqOf("b")]).toEqual([6, 0]);
});

test("a slot is quiet for as long as its entry is listed and does not change", () => {
  const slots = known();
  const quiet = [listed("1"), listed("1"), listed("1"), listed("2"), listed("2"), new Map<string, SlotEntry>()].map(
    (list) => {
      slots.note(list, 10);
      return quietMsOf(slots);
    },
  );
  expect(quiet).toEqual([0, 10, 20, 0, 10, 0]);
});

test("a process that said that it ended has ended, whatever the store remembers of it", () => {
  const slots = known();
  slots.note(listed("1", true), 10);
  slots.note(new Map(), 10);
  expect([...slots.entries()][0]?.[1]).toMatchObject({ ended: true, entry: undefined });
});

test("a slot that is buried counts no longer, until it is exhumed", () => {
  const slots = known();
  slots.bury("a");
  slots.bury("never seen");
  expect([...slots.entries()]).toEqual([]);
  // The store went back, and had it as it was before.
  slots.see("a", { seq: 3, ...countOf(9) });
  expect(slots.exhume("a")).toBe(true);
  expect(slots.seqOf("a")).toBe(5);
  expect(slots.exhume("b")).toBe(false);
});

test("of those that were buried, a bounded number is kept, and bounded numbers of theirs", () => {
  const slots = new KnownSlots();
  const buried = (id: string, slot: Slot): void => {
    slots.see(id, { seq: 1, ...slot });
    slots.bury(id);
  };
  for (let place = 0; place <= 1000; place++) buried(`small-${place}`, countOf(1));
  expect([slots.exhume("small-0"), slots.exhume("small-1")]).toEqual([false, true]);
  const shape = new Array<SlotSeries>(600_000).fill(slotSeries(successes, {}));
  for (const id of ["large-1", "large-2"]) buried(id, { shape, cells: new Float64Array(cellsOf(shape)) });
  expect([slots.exhume("small-999"), slots.exhume("large-1"), slots.exhume("large-2")]).toEqual([false, false, true]);
});
