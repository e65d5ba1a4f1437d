import { type Slot, type SlotInstrument, type SlotLabels, slotSeries } from "../../src/shared-totals/slot.ts";

export const successes: SlotInstrument = { name: "task_success_total", kind: "counter", bounds: [] };
export const durations: SlotInstrument = { name: "task_duration_seconds", kind: "histogram", bounds: [1, 10] };
export const active: SlotInstrument = { name: "task_active", kind: "living", bounds: [] };

/** A slot of these series, each with its numbers. */
export function slotOf(...series: readonly (readonly [SlotInstrument, SlotLabels, readonly number[]])[]): Slot {
  return {
    shape: series.map(([instrument, labels]) => slotSeries(instrument, labels)),
    cells: Float64Array.from(series.flatMap(([, , cells]) => cells)),
  };
}

/** A slot of one counter. */
export function countOf(count: number, task = "train"): Slot {
  return slotOf([successes, { task }, [count]]);
}
