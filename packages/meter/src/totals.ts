import type { Attributes } from "@opentelemetry/api";
import { BUCKETS, COUNT, MAX, MIN, SUM } from "./histogram.ts";
import { INSTRUMENT_KINDS } from "./sdk-shapes.ts";
import { PAYLOAD, type Series } from "./series.ts";
import type { SeriesStorage } from "./series-storage.ts";

/** What one counter or histogram has come to for one label set: plain data that survives JSON. */
export interface SeriesTotal {
  /** Name of the instrument. */
  readonly instrument: string;
  /** The label set. */
  readonly attributes: Readonly<Record<string, string | boolean>>;
  /**
   * The numbers: of a counter its sum; of a histogram its count, its sum, the smallest and the largest value (0 and 0 while the count
   * is 0), and the count of each bucket by itself, that without an upper bound last.
   */
  readonly cells: readonly number[];
  /** Upper bounds of a histogram's buckets; empty for a counter. */
  readonly bounds: readonly number[];
}

/** Whether the instrument adds up: only such totals can be carried over. */
function addsUp({ descriptor: { kind } }: SeriesStorage): boolean {
  return kind === INSTRUMENT_KINDS.counter || kind === INSTRUMENT_KINDS.histogram;
}

/** The totals of all series of counters and histograms whose names are among `instruments`, overflow series included. */
export function readTotals(storages: Iterable<SeriesStorage>, instruments: ReadonlySet<string>): SeriesTotal[] {
  const totals: SeriesTotal[] = [];
  for (const storage of storages) {
    const { descriptor } = storage;
    if (!instruments.has(descriptor.name) || !addsUp(storage)) continue;
    const bounds = boundsOf(storage);
    for (const series of storage.list()) {
      const { attributes, cells, offset } = series;
      const payload = [...cells.subarray(offset + PAYLOAD, offset + PAYLOAD + length(storage))];
      totals.push({ instrument: descriptor.name, attributes, cells: payload, bounds });
    }
  }
  return totals;
}

/**
 * Adds totals to what there is, in the order in which they are given.
 *
 * @returns how many could not be added: no counter or histogram has that name, the bounds are others, or a number is no total
 */
export function addTotals(storages: readonly SeriesStorage[], totals: Iterable<SeriesTotal>): number {
  let refused = 0;
  for (const total of totals) {
    const storage = storages.find((it) => it.descriptor.name === total.instrument && addsUp(it) && fits(it, total));
    if (storage === undefined) refused += 1;
    else add(storage.bind(total.attributes as Attributes), total.cells);
  }
  return refused;
}

function add(series: Series, given: readonly number[]): void {
  const { cells } = series;
  const at = series.offset + PAYLOAD;
  const histogram = given.length > 1;
  const before = cells[at + COUNT] as number;
  for (const [index, value] of given.entries()) {
    const own = cells[at + index] as number;
    if (!histogram || index === COUNT || index === SUM || index >= BUCKETS) cells[at + index] = own + value;
    else if ((given[COUNT] ?? 0) === 0) continue;
    else if (before === 0) cells[at + index] = value;
    else cells[at + index] = index === MIN ? Math.min(own, value) : Math.max(own, index === MAX ? value : own);
  }
}

function fits(storage: SeriesStorage, { cells, bounds }: SeriesTotal): boolean {
  const own = boundsOf(storage);
  return (
    cells.length === length(storage) &&
    bounds.length === own.length &&
    bounds.every((bound, index) => bound === own[index]) &&
    cells.every((value) => typeof value === "number" && Number.isFinite(value) && value >= 0)
  );
}

function boundsOf({ descriptor }: SeriesStorage): readonly number[] {
  return descriptor.kind === INSTRUMENT_KINDS.histogram ? descriptor.bounds : [];
}

function length(storage: SeriesStorage): number {
  return storage.pages.stride - PAYLOAD;
}
