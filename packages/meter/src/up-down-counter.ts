import { type Attributes, type UpDownCounter, ValueType } from "@opentelemetry/api";
import { PAYLOAD, Series } from "./series.ts";
import type { SeriesKind, SeriesStorage } from "./series-storage.ts";

/** An up-down counter with its label set resolved once. */
export interface BoundUpDownCounter {
  /**
   * Adds to the series; may be negative. NaN and infinite values are refused and counted. Allocates nothing, never
   * throws.
   */
  add(value: number): void;
  /** Removes the series from every page and frees its place. Recordings through this handle afterwards go nowhere. */
  remove(): void;
}

/** An OpenTelemetry up-down counter that can also be bound. */
export interface BindableUpDownCounter<A extends Attributes = Attributes> extends UpDownCounter<A> {
  /**
   * The handle of one label set. Binding declares: the series exists, at 0, from now on. Binding twice gives the same
   * handle.
   */
  bind(attributes?: A): BoundUpDownCounter;
  /** Removes the series of these attributes; true when there was one. */
  removeSeries(attributes?: A): boolean;
}

const SUM = PAYLOAD;
const RECORDED = PAYLOAD + 1;
const LARGEST = Number.MAX_VALUE;

class UpDownCounterSeries extends Series implements BoundUpDownCounter {
  get mark(): number {
    return this.at(0);
  }

  /** Not the sum: +1 and −1 leave it as it was. */
  override get activity(): number {
    return this.at(1);
  }

  add(value: number): void {
    const { cells, offset } = this;
    const sum = typeof value === "number" ? (cells[offset + SUM] as number) + value : Number.NaN;
    if (sum >= -LARGEST && sum <= LARGEST) {
      cells[offset + SUM] = sum;
      cells[offset + RECORDED] = (cells[offset + RECORDED] as number) + 1;
    } else this.storage.refuseValue(value);
  }
}

class IntegerUpDownCounterSeries extends UpDownCounterSeries {
  override add(value: number): void {
    super.add(Number.isInteger(value) ? value : this.storage.truncate(value));
  }
}

/** Two cells, the total and how many changes made it; declared at 0. */
export const UP_DOWN_COUNTER_KIND: SeriesKind = {
  cells: 2,
  reservedLabels: [],
  create: (storage, set) =>
    storage.descriptor.valueType === ValueType.INT
      ? new IntegerUpDownCounterSeries(storage, set)
      : new UpDownCounterSeries(storage, set),
};

/** The up-down counter that a meter hands out; a thin face of its storage. */
export class UpDownCounterInstrument<A extends Attributes> implements BindableUpDownCounter<A> {
  readonly #storage: SeriesStorage;

  constructor(storage: SeriesStorage) {
    this.#storage = storage;
  }

  add(value: number, attributes?: A): void {
    (this.#storage.find(attributes) as UpDownCounterSeries).add(value);
  }

  bind(attributes?: A): BoundUpDownCounter {
    return this.#storage.bind(attributes) as UpDownCounterSeries;
  }

  removeSeries(attributes?: A): boolean {
    return this.#storage.removeSeries(attributes);
  }
}
