import { type Attributes, type Histogram, ValueType } from "@opentelemetry/api";
import { PAYLOAD, Series } from "./series.ts";
import type { SeriesKind, SeriesStorage } from "./series-storage.ts";

/** A histogram with its label set resolved once. */
export interface BoundHistogram {
  /**
   * Records one observation. Negative, NaN and infinite values are refused and counted. Allocates nothing, never
   * throws.
   */
  record(value: number): void;
  /** Removes the series from every page and frees its place. Recordings through this handle afterwards go nowhere. */
  remove(): void;
}

/** An OpenTelemetry histogram that can also be bound. */
export interface BindableHistogram<A extends Attributes = Attributes> extends Histogram<A> {
  /**
   * The handle of one label set. Binding declares: the series exists, at count 0, from now on, so that `increase()` and
   * an average see the first observation. Binding twice gives the same handle.
   */
  bind(attributes?: A): BoundHistogram;
  /** Removes the series of these attributes; true when there was one. */
  removeSeries(attributes?: A): boolean;
}

/** Places in a histogram's payload; the buckets follow, each with its own count. */
export const COUNT = 0;
/** Payload cell of the sum. */
export const SUM = 1;
/** Payload cell of the smallest value. */
export const MIN = 2;
/** Payload cell of the largest value. */
export const MAX = 3;
/** First payload cell of the buckets. */
export const BUCKETS = 4;

const LARGEST = Number.MAX_VALUE;

class HistogramSeries extends Series implements BoundHistogram {
  get mark(): number {
    return this.at(COUNT);
  }

  record(value: number): void {
    const { cells } = this;
    const at = this.offset + PAYLOAD;
    const sum = typeof value === "number" ? (cells[at + SUM] as number) + value : Number.NaN;
    // The sum first: it is NaN for whatever is no number, and comparing an object could run its own code or throw.
    if (!(sum <= LARGEST && value >= 0)) {
      this.storage.refuseValue(value);
      return;
    }
    const { bounds } = this.storage.descriptor;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    const count = cells[at] as number;
    if (count === 0 || value < (cells[at + MIN] as number)) cells[at + MIN] = value;
    if (value > (cells[at + MAX] as number)) cells[at + MAX] = value;
    cells[at] = count + 1;
    cells[at + SUM] = sum;
    cells[at + BUCKETS + low] = (cells[at + BUCKETS + low] as number) + 1;
  }
}

class IntegerHistogramSeries extends HistogramSeries {
  override record(value: number): void {
    super.record(Number.isInteger(value) ? value : this.storage.truncate(value));
  }
}

/** `le` is the page's own label on a histogram's buckets. */
export function histogramKind(bounds: readonly number[]): SeriesKind {
  return {
    cells: BUCKETS + bounds.length + 1,
    reservedLabels: ["le"],
    create: (storage, set) =>
      storage.descriptor.valueType === ValueType.INT
        ? new IntegerHistogramSeries(storage, set)
        : new HistogramSeries(storage, set),
  };
}

/** The histogram that a meter hands out; a thin face of its storage. */
export class HistogramInstrument<A extends Attributes> implements BindableHistogram<A> {
  readonly #storage: SeriesStorage;

  constructor(storage: SeriesStorage) {
    this.#storage = storage;
  }

  record(value: number, attributes?: A): void {
    (this.#storage.find(attributes) as HistogramSeries).record(value);
  }

  bind(attributes?: A): BoundHistogram {
    return this.#storage.bind(attributes) as HistogramSeries;
  }

  removeSeries(attributes?: A): boolean {
    return this.#storage.removeSeries(attributes);
  }
}
