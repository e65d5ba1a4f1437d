import { expect, test } from "vitest";
import { type BaseLimits, foldInto, type NextBase } from "../../src/shared-totals/base-slot.ts";
import type { EncodedSlot } from "../../src/shared-totals/slot-codec.ts";
import { active, countOf, durations, slotOf, successes } from "./slot-samples.ts";

const LIMITS: BaseLimits = { maxSeries: 100, pruneIdleMs: 1000, rememberMs: 500 };

interface Fold {
  readonly before?: EncodedSlot | undefined;
  readonly slots: readonly EncodedSlot[];
  readonly nowMs?: number;
  readonly limits?: Partial<BaseLimits>;
  readonly inUse?: (task: string) => boolean;
}

function fold({ before, slots, nowMs = 10_000, limits, inUse = () => false }: Fold): Promise<NextBase> {
  const folded = slots.map((slot, index) => ({ id: `${nowMs}-${index}`, slot }));
  return foldInto(before, folded, nowMs, { ...LIMITS, ...limits }, (key) => inUse(JSON.parse(key)[3][0][1]));
}

function valuesOf({ shape, cells }: EncodedSlot): Record<string, number[]> {
  let at = 0;
  return Object.fromEntries(
    shape.map(({ instrument, labels, width }) => {
      at += width;
      return [`${instrument.name} ${labels.task ?? "overflow"}`, [...cells.slice(at - width, at)]];
    }),
  );
}

const counted = (count: number, task: string): EncodedSlot => ({ seq: 1, ...countOf(count, task) });

test("counters and histograms are added, and what only living processes have is left out", async () => {
  const one = { seq: 4, ...slotOf([successes, { task: "a" }, [3]], [active, { queue: "q" }, [2]]) };
  const other = { seq: 9, ...slotOf([durations, { task: "a" }, [2.5, 1, 1, 0]], [successes, { task: "a" }, [4]]) };
  const { base, forgotten } = await fold({ slots: [one, other] });
  expect(valuesOf(base)).toEqual({ "task_success_total a": [7], "task_duration_seconds a": [2.5, 1, 1, 0] });
  expect([base.seq, base.base, forgotten]).toEqual([
    1,
    { folded: { "10000-0": [4, 10_000], "10000-1": [9, 10_000] }, touched: [10_000, 10_000] },
    [],
  ]);
  const next = await fold({ before: base, slots: [one], nowMs: 10_100 });
  expect(valuesOf(next.base)).toEqual({ "task_success_total a": [10], "task_duration_seconds a": [2.5, 1, 1, 0] });
  expect([next.base.seq, next.base.base.touched]).toEqual([2, [10_100, 10_000]]);
  expect([...one.cells, ...base.cells]).toEqual([3, 2, 7, 2.5, 1, 1, 0]);
});

test("identities are remembered for as long as was said, and then named to be forgotten", async () => {
  const { base } = await fold({ slots: [counted(1, "a")] });
  const kept = await fold({ before: base, slots: [counted(1, "a")], nowMs: 10_500 });
  expect([Object.keys(kept.base.base.folded), kept.forgotten]).toEqual([["10000-0", "10500-0"], []]);
  const next = await fold({ before: kept.base, slots: [counted(1, "a")], nowMs: 10_501 });
  expect([Object.keys(next.base.base.folded), next.forgotten]).toEqual([["10500-0", "10501-0"], ["10000-0"]]);
  expect(valuesOf(next.base)).toEqual({ "task_success_total a": [3] });
});

test("a series that nothing was added to for long is dropped, unless a living process has it", async () => {
  const { base } = await fold({ slots: [counted(1, "idle"), counted(2, "in use"), counted(3, "busy")] });
  const inUse = (task: string): boolean => task === "in use";
  const kept = await fold({ before: base, slots: [counted(1, "busy")], nowMs: 11_000, inUse });
  expect(Object.keys(valuesOf(kept.base))).toHaveLength(3);
  const next = await fold({ before: kept.base, slots: [counted(1, "new")], nowMs: 11_001, inUse });
  expect(valuesOf(next.base)).toEqual({
    "task_success_total in use": [2],
    "task_success_total busy": [4],
    "task_success_total new": [1],
  });
});

test("beyond the limit what was added to longest ago goes on in one series, and nothing is lost", async () => {
  const { base } = await fold({ slots: ["a", "b", "c"].map((task) => counted(1, task)), limits: { maxSeries: 3 } });
  const next = await fold({
    before: base,
    slots: [counted(10, "d"), counted(10, "a")],
    nowMs: 10_100,
    limits: { maxSeries: 3 },
  });
  expect(valuesOf(next.base)).toEqual({
    "task_success_total a": [11],
    "task_success_total c": [1],
    "task_success_total d": [10],
    "task_success_total overflow": [1],
  });
  const last = await fold({ before: next.base, slots: [counted(5, "e")], nowMs: 10_200, limits: { maxSeries: 1 } });
  expect(valuesOf(last.base)).toEqual({ "task_success_total e": [5], "task_success_total overflow": [23] });
});

test("a series that a living process has stays beyond the limit, so that its total does not fall", async () => {
  const slots = ["a", "b", "c"].map((task) => counted(1, task));
  const { base } = await fold({ slots, limits: { maxSeries: 1 }, inUse: (task) => task !== "c" });
  expect(valuesOf(base)).toEqual({
    "task_success_total a": [1],
    "task_success_total b": [1],
    "task_success_total overflow": [1],
  });
});

test("histograms of other bounds do not share what the limit refuses", async () => {
  const other = { ...durations, bounds: [5] };
  const slots = [
    { seq: 1, ...slotOf([durations, { task: "a" }, [1, 1, 0, 0]], [durations, { task: "b" }, [1, 1, 0, 0]]) },
    { seq: 1, ...slotOf([other, { task: "a" }, [2, 2, 0]], [other, { task: "b" }, [2, 2, 0]]) },
  ];
  const { base } = await fold({ slots, limits: { maxSeries: 1 } });
  expect(base.shape.map(({ instrument, labels }) => [instrument.bounds, labels.task])).toEqual([
    [[5], "b"],
    [[1, 10], undefined],
    [[5], undefined],
  ]);
  expect([...base.cells]).toEqual([2, 2, 0, 2, 2, 0, 0, 2, 2, 0]);
});
