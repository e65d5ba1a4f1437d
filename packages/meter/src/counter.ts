import { type Attributes, type Counter, ValueType } from "@opentelemetry/api";
import { PAYLOAD, Series } from "./series.ts";
import type { SeriesKind, SeriesStorage } from "./series-storage.ts";

/**
 * A counter with its label set resolved once: shaped after the specification's bound instruments (metrics API, "Bind",
 * and metrics SDK, "Bound instruments"; status Development).
 */
export interface BoundCounter {
  /**
   * Adds to the series. Allocates nothing, never throws. Negative, NaN and infinite values are refused and counted; a
   * counter of value type INT drops the fraction.
   */
  add(value: number): void;
  /** Removes the series from every page and frees its place. Recordings through this handle afterwards go nowhere. */
  remove(): void;
}

/** An OpenTelemetry counter that can also be bound. */
export interface BindableCounter<A extends Attributes = Attributes> extends Counter<A> {
  /**
   * The handle of one label set. Binding declares: the series exists, at 0, from now on. Binding twice gives the same
   * handle.
   */
  bind(attributes?: A): BoundCounter;
  /** Removes the series of these attributes; true when there was one. */
  removeSeries(attributes?: A): boolean;
}

const SUM = PAYLOAD;
const LARGEST = Number.MAX_VALUE;

class CounterSeries extends Series implements BoundCounter {
  get mark(): number {
    return this.at(0);
  }

  add(value: number): void {
    const { cells, offset } = this;
    const sum = typeof value === "number" ? (cells[offset + SUM] as number) + value : Number.NaN;
    // The sum first: it is NaN for whatever is no number, and comparing an object could run its own code or throw.
    // Refuses NaN and infinities too, and a sum that could no longer grow.
    if (sum <= LARGEST && value >= 0) cells[offset + SUM] = sum;
    else this.storage.refuseValue(value);
  }
}

class IntegerCounterSeries extends CounterSeries {
  override add(value: number): void {
    super.add(Number.isInteger(value) ? value : this.storage.truncate(value));
  }
}

/** One cell, the total; declared at 0. */
export const COUNTER_KIND: SeriesKind = {
  cells: 1,
  reservedLabels: [],
  create: (storage, set) =>
    storage.descriptor.valueType === ValueType.INT
      ? new IntegerCounterSeries(storage, set)
      : new CounterSeries(storage, set),
};

/** The counter that a meter hands out; a thin face of its storage. */
export class CounterInstrument<A extends Attributes> implements BindableCounter<A> {
  readonly #storage: SeriesStorage;

  constructor(storage: SeriesStorage) {
    this.#storage = storage;
  }

  add(value: number, attributes?: A): void {
    (this.#storage.find(attributes) as CounterSeries).add(value);
  }

  bind(attributes?: A): BoundCounter {
    return this.#storage.bind(attributes) as CounterSeries;
  }

  removeSeries(attributes?: A): boolean {
    return this.#storage.removeSeries(attributes);
  }
}
