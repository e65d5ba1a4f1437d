import { type Attributes, type Gauge, ValueType } from "@opentelemetry/api";
import { PAYLOAD, Series } from "./series.ts";
import type { SeriesKind, SeriesStorage } from "./series-storage.ts";

/** A gauge with its label set resolved once. */
export interface BoundGauge {
  /**
   * Sets the value; any number, as the standard SDK takes it. What is no number is refused and counted. Allocates
   * nothing, never throws.
   */
  record(value: number): void;
  /** Removes the series from every page and frees its place. Recordings through this handle afterwards go nowhere. */
  remove(): void;
}

/** An OpenTelemetry gauge that can also be bound. */
export interface BindableGauge<A extends Attributes = Attributes> extends Gauge<A> {
  /**
   * The handle of one label set. It takes a place, but unlike a counter a gauge shows nothing before its first
   * recording: unknown is not zero. Binding twice gives the same handle.
   */
  bind(attributes?: A): BoundGauge;
  /** Removes the series of these attributes; true when there was one. */
  removeSeries(attributes?: A): boolean;
}

const VALUE = PAYLOAD;
const RECORDED = PAYLOAD + 1;

class GaugeSeries extends Series implements BoundGauge {
  get mark(): number {
    return this.at(0);
  }

  override get activity(): number {
    return this.at(1);
  }

  override get hasValue(): boolean {
    return this.at(1) > 0;
  }

  record(value: number): void {
    const { cells, offset } = this;
    if (typeof value === "number") {
      cells[offset + VALUE] = value;
      cells[offset + RECORDED] = (cells[offset + RECORDED] as number) + 1;
    } else this.storage.refuseValue(value);
  }
}

class IntegerGaugeSeries extends GaugeSeries {
  override record(value: number): void {
    const whole = Number.isInteger(value) ? value : this.storage.truncate(value);
    if (Number.isInteger(whole)) super.record(whole);
    else this.storage.refuseValue(value);
  }
}

/** Two cells, the last value and how many were recorded; without a sample before the first. */
export const GAUGE_KIND: SeriesKind = {
  cells: 2,
  reservedLabels: [],
  create: (storage, set) =>
    storage.descriptor.valueType === ValueType.INT
      ? new IntegerGaugeSeries(storage, set)
      : new GaugeSeries(storage, set),
};

/** The gauge that a meter hands out; a thin face of its storage. */
export class GaugeInstrument<A extends Attributes> implements BindableGauge<A> {
  readonly #storage: SeriesStorage;

  constructor(storage: SeriesStorage) {
    this.#storage = storage;
  }

  record(value: number, attributes?: A): void {
    (this.#storage.find(attributes) as GaugeSeries).record(value);
  }

  bind(attributes?: A): BoundGauge {
    return this.#storage.bind(attributes) as GaugeSeries;
  }

  removeSeries(attributes?: A): boolean {
    return this.#storage.removeSeries(attributes);
  }
}
