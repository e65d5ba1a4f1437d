/** How the cells of an instrument add up. `living` ones are gauges, summed over the processes that are alive. */
export type SlotInstrumentKind = "counter" | "histogram" | "living";

/** One instrument of a slot. */
export interface SlotInstrument {
  /** Name of the instrument. */
  readonly name: string;
  /** How its numbers add up. */
  readonly kind: SlotInstrumentKind;
  /** Upper bounds of a histogram's buckets, rising, without that of the last, which has none; empty for the others. */
  readonly bounds: readonly number[];
}

/** The labels of one series. */
export type SlotLabels = Readonly<Record<string, string | boolean>>;

/** One series of a slot. */
export interface SlotSeries {
  /** What is counted. */
  readonly instrument: SlotInstrument;
  /** Its labels, by name. */
  readonly labels: SlotLabels;
  /** Tells the series apart: the same text in every process, whatever the order of the labels. */
  readonly key: string;
  /** Cells that it has: 1, or of a histogram one more than buckets, which are one more than bounds. */
  readonly width: number;
}

/** The series of a slot, without their numbers: it seldom changes, and the same object stands for the same series. */
export type SlotShape = readonly SlotSeries[];

/**
 * What the counters and histograms of one process have come to. The numbers of the series follow each other in the order of the shape:
 * of a counter its sum; of a histogram its sum, then the count of each bucket by itself, that without an upper bound last.
 */
export interface Slot {
  /** The series, in the order of their numbers. */
  readonly shape: SlotShape;
  /** The numbers, as many as the series have cells: finite and not below 0, sums in multiples of 2⁻²⁰. */
  readonly cells: Float64Array;
}

/** A slot at one moment of its life: of two versions the one with the higher number is right. */
export interface SlotVersion extends Slot {
  /** Counts the versions of this slot, from 1. */
  readonly seq: number;
}

/** A series, with what follows from its parts: its key and its width. */
export function slotSeries(instrument: SlotInstrument, labels: SlotLabels): SlotSeries {
  const names = Object.keys(labels).sort();
  const key = JSON.stringify([
    instrument.name,
    instrument.kind,
    instrument.bounds,
    names.map((name) => [name, labels[name]]),
  ]);
  return { instrument, labels, key, width: instrument.kind === "histogram" ? instrument.bounds.length + 2 : 1 };
}

/** Cells that a shape has in all. */
export function cellsOf(shape: SlotShape): number {
  return shape.reduce((sum, { width }) => sum + width, 0);
}

const UNIT = 2 ** 20;

/**
 * Rounds a sum down to a multiple of 2⁻²⁰ (about a millionth). Sums of such numbers are exact as long as they stay below 2³³, so that
 * adding slots in another order, or to the base first, never makes a total fall by a last digit: Prometheus would take that for a restart.
 */
export function exactSum(sum: number): number {
  return Math.floor(sum * UNIT) / UNIT;
}
