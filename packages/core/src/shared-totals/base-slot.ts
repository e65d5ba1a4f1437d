import { LoopShare } from "../loop-share.ts";
import { cellsOf, exactSum, type Slot, type SlotInstrument, type SlotSeries, slotSeries } from "./slot.ts";
import type { EncodedSlot } from "./slot-codec.ts";
import type { BaseRecord } from "./slot-header.ts";

/** Labels of the series that takes what a limit refused, as the specification of OpenTelemetry names them. */
const OVERFLOW = { "otel.metric.overflow": true } as const;

/** What bounds the base. */
export interface BaseLimits {
  /**
   * Most series of one name, an integer from 1. What was added to longest ago makes room, and goes on in one overflow series; a series that a
   * living process has stays all the same.
   */
  readonly maxSeries: number;
  /** Series that nothing was added to for so long are dropped, in milliseconds, unless a living process has them. */
  readonly pruneIdleMs: number;
  /**
   * Identities of folded slots are remembered for so long, in milliseconds: it must be much longer than a process can be stopped, for one that
   * wakes later is counted twice.
   */
  readonly rememberMs: number;
}

/** A slot to be folded. */
export interface FoldedSlot {
  /** Identity of the slot. */
  readonly id: string;
  /** The version that is added. */
  readonly slot: EncodedSlot;
}

/** The base, and what it no longer remembers. */
export interface NextBase {
  /** The base as it is written. */
  readonly base: EncodedSlot & { readonly base: BaseRecord };
  /** Identities that were folded so long ago that they are no longer remembered. */
  readonly forgotten: readonly string[];
}

/**
 * The base with these slots added. Long ones are added in slices.
 *
 * @param before - the base as it is; `undefined` for none
 * @param nowMs - milliseconds since the epoch
 * @param isInUse - whether a living slot has the series of this key: its total must not lose what the base has
 */
export async function foldInto(
  before: EncodedSlot | undefined,
  slots: readonly FoldedSlot[],
  nowMs: number,
  limits: BaseLimits,
  isInUse: (key: string) => boolean,
): Promise<NextBase> {
  const sums = new BaseSums();
  if (before !== undefined) await sums.add(before, (index) => before.base?.touched[index] ?? nowMs);
  for (const { slot } of slots) await sums.add(slot, () => nowMs);
  sums.prune((sum) => nowMs - sum.atMs > limits.pruneIdleMs && !isInUse(sum.series.key));
  sums.limit(limits.maxSeries, (sum) => isInUse(sum.series.key));
  const remembered = Object.entries(before?.base?.folded ?? {});
  const isOld = ([, [, atMs]]: (typeof remembered)[number]): boolean => nowMs - atMs > limits.rememberMs;
  const added = slots.map(({ id, slot }): (typeof remembered)[number] => [id, [slot.seq, nowMs]]);
  const folded = Object.fromEntries([...remembered.filter((entry) => !isOld(entry)), ...added]);
  return {
    base: { seq: (before?.seq ?? 0) + 1, ...sums.slot(), base: { folded, touched: sums.touched() } },
    forgotten: remembered.filter(isOld).map(([id]) => id),
  };
}

interface Sum {
  readonly series: SlotSeries;
  readonly cells: Float64Array;
  atMs: number;
}

class BaseSums {
  readonly #sums = new Map<string, Sum>();

  async add({ shape, cells }: Slot, atMs: (index: number) => number): Promise<void> {
    const share = new LoopShare();
    let at = 0;
    for (const [index, series] of shape.entries()) {
      if (series.instrument.kind !== "living") this.#add(series, cells.subarray(at, at + series.width), atMs(index));
      at += series.width;
      if (share.isUsed()) await share.pause();
    }
  }

  prune(isPruned: (sum: Sum) => boolean): void {
    for (const [key, sum] of this.#sums) if (isPruned(sum)) this.#sums.delete(key);
  }

  /** Moves what was added to longest ago to the overflow series, as far as it may be moved. */
  limit(maxSeries: number, stays: (sum: Sum) => boolean): void {
    const overflows = new Map<SlotInstrument, SlotSeries>();
    const overflowOf = (instrument: SlotInstrument): SlotSeries => {
      const overflow = overflows.get(instrument) ?? slotSeries(instrument, OVERFLOW);
      overflows.set(instrument, overflow);
      return overflow;
    };
    const byName = Map.groupBy(this.#sums.values(), ({ series }) => series.instrument.name);
    for (const sums of byName.values()) {
      if (sums.length <= maxSeries) continue;
      const own = sums.filter(({ series }) => series.key !== overflowOf(series.instrument).key);
      const movable = own.filter((sum) => !stays(sum)).sort(byAge);
      for (const { series, cells, atMs } of movable.slice(0, Math.max(0, own.length - maxSeries))) {
        this.#sums.delete(series.key);
        this.#add(overflowOf(series.instrument), cells, atMs);
      }
    }
  }

  slot(): Slot {
    const shape = [...this.#sums.values()].map(({ series }) => series);
    const cells = new Float64Array(cellsOf(shape));
    let at = 0;
    for (const sum of this.#sums.values()) {
      cells.set(sum.cells, at);
      at += sum.cells.length;
    }
    return { shape, cells };
  }

  touched(): number[] {
    return [...this.#sums.values()].map(({ atMs }) => atMs);
  }

  #add(series: SlotSeries, cells: Float64Array, atMs: number): void {
    let sum = this.#sums.get(series.key);
    if (sum === undefined) {
      sum = { series, cells: new Float64Array(series.width), atMs };
      this.#sums.set(series.key, sum);
    }
    const sums = sum.cells;
    for (let cell = 0; cell < series.width; cell++) {
      sums[cell] = exactSum((sums[cell] as number) + (cells[cell] as number));
    }
    sum.atMs = Math.max(sum.atMs, atMs);
  }
}

function byAge(one: Sum, other: Sum): number {
  return one.atMs - other.atMs || (one.series.key < other.series.key ? -1 : 1);
}
