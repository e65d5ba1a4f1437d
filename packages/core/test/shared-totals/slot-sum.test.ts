import fc from "fast-check";
import { expect, test } from "vitest";
import type { Slot } from "../../src/shared-totals/slot.ts";
import { type SharedTotals, SlotSum } from "../../src/shared-totals/slot-sum.ts";
import { propertyRuns } from "./property-runs.ts";
import { active, countOf, durations, slotOf, successes } from "./slot-samples.ts";

const ALIVE = { isAlive: true, hasEnded: false };
const SILENT = { isAlive: false, hasEnded: false };
const ENDED = { isAlive: false, hasEnded: true };

type Added = readonly [Slot, typeof ALIVE];

async function sumOf(slots: readonly Added[], base?: Slot & { touched: readonly number[] }): Promise<SharedTotals> {
  const sum = new SlotSum();
  if (base !== undefined) await sum.addBase({ seq: 1, ...base, base: { folded: {}, touched: base.touched } });
  for (const [slot, state] of slots) await sum.add(slot, state);
  return sum.result();
}

/** What is shown, in an order of its own. */
function shown({ series, apart, processes }: SharedTotals): unknown {
  const cells = series.map(({ series: { key }, cells }) => [key, ...cells]);
  return { cells: cells.sort(), apart: apart.map((form) => JSON.stringify(form)).sort(), processes };
}

function valuesOf({ series }: SharedTotals): Record<string, number[]> {
  return Object.fromEntries(
    series.map(({ series: { instrument, labels }, cells }) => [`${instrument.name} ${labels.task ?? ""}`, [...cells]]),
  );
}

test("counters and histograms of all slots and of the base are added, cell by cell", async () => {
  const histogram = slotOf([durations, { task: "a" }, [2.5, 1, 1, 0]]);
  const totals = await sumOf(
    [
      [countOf(3, "a"), ALIVE],
      [countOf(4, "a"), SILENT],
      [countOf(5, "b"), ENDED],
      [histogram, ALIVE],
      [histogram, ENDED],
    ],
    { ...countOf(100, "a"), touched: [1] },
  );
  expect(valuesOf(totals)).toEqual({
    "task_success_total a": [107],
    "task_success_total b": [5],
    "task_duration_seconds a": [5, 2, 2, 0],
  });
  expect([...histogram.cells]).toEqual([2.5, 1, 1, 0]);
});

test("what only the living have is added over the living, and they are counted", async () => {
  const worker = (count: number): Slot => slotOf([active, { queue: "q" }, [count]], [successes, {}, [1]]);
  const totals = await sumOf([
    [worker(2), ALIVE],
    [worker(3), ALIVE],
    [worker(50), SILENT],
    [worker(60), ENDED],
  ]);
  expect(valuesOf(totals)).toEqual({ "task_active ": [5], "task_success_total ": [4] });
  expect(totals.processes).toBe(2);
  expect(valuesOf(await sumOf([[worker(2), SILENT]]))).toEqual({ "task_success_total ": [1] });
});

const longer = { ...durations, bounds: [1, 10, 60] };
const before = slotOf([durations, { task: "a" }, [1000, 500, 500, 0]]);
const after = slotOf([longer, { task: "a" }, [10, 1, 0, 0, 0]]);

test("histograms of other bounds stay apart and are named; shown are those that most processes have", async () => {
  const isBefore = async (slots: readonly Added[]): Promise<boolean> => {
    const totals = await sumOf(slots);
    expect(totals.series).toHaveLength(1);
    expect(totals.apart).toHaveLength(1);
    expect(totals.apart[0]).not.toBe(totals.series[0]?.series.instrument);
    return totals.series[0]?.series.instrument === durations;
  };
  expect(
    await isBefore([
      [before, ALIVE],
      [before, ALIVE],
      [after, ALIVE],
    ]),
  ).toBe(true);
  expect(
    await isBefore([
      [before, ALIVE],
      [after, ALIVE],
      [after, ALIVE],
    ]),
  ).toBe(false);
  // Who hangs for a while still has a say, or else the bounds would change there and back.
  expect(
    await isBefore([
      [before, ALIVE],
      [after, SILENT],
      [after, SILENT],
    ]),
  ).toBe(false);
  expect(
    await isBefore([
      [before, ENDED],
      [before, ENDED],
      [after, SILENT],
    ]),
  ).toBe(false);
});

test("when no process is left, the bounds that were used last stay", async () => {
  const base = slotOf(
    [durations, { task: "a" }, [1000, 500, 500, 0]],
    [longer, { task: "a" }, [10, 1, 0, 0, 0]],
    [durations, { task: "b" }, [1000, 500, 500, 0]],
  );
  const instrumentOf = async (slots: readonly Added[], touched: number[]): Promise<unknown> =>
    (await sumOf(slots, { ...base, touched })).series[0]?.series.instrument;
  expect(await instrumentOf([], [5, 6, 4])).toBe(longer);
  expect(await instrumentOf([], [5, 6, 7])).toBe(durations);
  expect(await instrumentOf([[after, ENDED]], [5, 6, 7])).toEqual(longer);
  expect(
    await instrumentOf(
      [
        [before, SILENT],
        [after, ENDED],
      ],
      [5, 6, 4],
    ),
  ).toEqual(durations);
});

test("a name that two kinds of instruments have shows one of them", async () => {
  const other = slotOf([{ ...successes, kind: "living" }, { task: "train" }, [9]]);
  const totals = await sumOf([
    [countOf(1), ALIVE],
    [countOf(1), ALIVE],
    [other, ALIVE],
  ]);
  expect(valuesOf(totals)).toEqual({ "task_success_total train": [2] });
  expect(totals.apart).toMatchObject([{ kind: "living" }]);
});

test("the same is shown in whatever order the slots are added", async () => {
  const labels = fc.record({ task: fc.constantFrom("a", "b") });
  const whole = fc.nat({ max: 1000 });
  const added: fc.Arbitrary<Added> = fc.tuple(
    fc
      .tuple(
        fc.subarray([durations, longer, successes, { ...successes, kind: "living" as const }, active]),
        labels,
        whole,
      )
      .map(([instruments, own, count]) => {
        const cells = (bounds: readonly number[], kind: string): number[] =>
          kind === "histogram" ? [count, ...bounds.map(() => 1), 0] : [count];
        return slotOf(...instruments.map((one) => [one, own, cells(one.bounds, one.kind)] as const));
      }),
    fc.constantFrom(ALIVE, SILENT, ENDED),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(added, { maxLength: 8 }), fc.nat(), async (slots, turn) => {
      const place = turn % (slots.length + 1);
      const turned = [...slots.slice(place), ...slots.slice(0, place)];
      const expected = shown(await sumOf(slots));
      expect(shown(await sumOf(turned))).toEqual(expected);
      expect(shown(await sumOf([...slots].reverse()))).toEqual(expected);
    }),
    propertyRuns(300),
  );
});
