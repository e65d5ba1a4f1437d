import type {
  Attributes,
  BatchObservableCallback,
  Meter,
  MeterOptions,
  MetricOptions,
  Observable,
  ObservableCounter,
  ObservableGauge,
  ObservableUpDownCounter,
} from "@opentelemetry/api";
import { type BindableCounter, COUNTER_KIND, CounterInstrument } from "./counter.ts";
import { type BindableGauge, GAUGE_KIND, GaugeInstrument } from "./gauge.ts";
import { type BindableHistogram, HistogramInstrument, histogramKind } from "./histogram.ts";
import {
  describeInstrument,
  type InstrumentDescriptor,
  isSameInstrument,
  isSameMetric,
} from "./instrument-descriptor.ts";
import { type BatchCallback, ObservableInstrument, ObservableStorage } from "./observable.ts";
import type { CallbackSource } from "./observing.ts";
import type { ProviderState } from "./provider-state.ts";
import { INSTRUMENT_KINDS, type InstrumentKind } from "./sdk-shapes.ts";
import { type SeriesKind, SeriesStorage } from "./series-storage.ts";
import { type BindableUpDownCounter, UP_DOWN_COUNTER_KIND, UpDownCounterInstrument } from "./up-down-counter.ts";

/** An OpenTelemetry `Meter` whose synchronous instruments can be bound. Everything else is as the API says. */
export interface BindableMeter extends Meter {
  /** A counter; `bind` gives the handle of one label set. */
  createCounter<A extends Attributes = Attributes>(name: string, options?: MetricOptions): BindableCounter<A>;
  /** An up-down counter; `bind` gives the handle of one label set. */
  createUpDownCounter<A extends Attributes = Attributes>(
    name: string,
    options?: MetricOptions,
  ): BindableUpDownCounter<A>;
  /** A gauge; `bind` gives the handle of one label set. */
  createGauge<A extends Attributes = Attributes>(name: string, options?: MetricOptions): BindableGauge<A>;
  /**
   * A histogram; `bind` gives the handle of one label set. `advice.explicitBucketBoundaries` are its bounds (sorted,
   * duplicates and non-numbers left out); without advice the specification's default bounds.
   */
  createHistogram<A extends Attributes = Attributes>(name: string, options?: MetricOptions): BindableHistogram<A>;
}

/** Name, version and schema of a meter. */
export interface MeterScope extends MeterOptions {
  readonly name: string;
  readonly version?: string;
}

/** The instruments of one scope. Creating an instrument that exists gives a second door to the same storage. */
export class ScopedMeter implements BindableMeter, CallbackSource {
  readonly scope: MeterScope;
  readonly #state: ProviderState;
  readonly #storages: (SeriesStorage | ObservableStorage)[] = [];
  readonly #batches: BatchCallback[] = [];

  constructor(scope: MeterScope, state: ProviderState) {
    this.scope = scope;
    this.#state = state;
  }

  createCounter<A extends Attributes>(name: string, options?: MetricOptions): BindableCounter<A> {
    return new CounterInstrument<A>(this.#series(name, INSTRUMENT_KINDS.counter, options, () => COUNTER_KIND));
  }

  createUpDownCounter<A extends Attributes>(name: string, options?: MetricOptions): BindableUpDownCounter<A> {
    const kind = INSTRUMENT_KINDS.upDownCounter;
    return new UpDownCounterInstrument<A>(this.#series(name, kind, options, () => UP_DOWN_COUNTER_KIND));
  }

  createGauge<A extends Attributes>(name: string, options?: MetricOptions): BindableGauge<A> {
    return new GaugeInstrument<A>(this.#series(name, INSTRUMENT_KINDS.gauge, options, () => GAUGE_KIND));
  }

  createHistogram<A extends Attributes>(name: string, options?: MetricOptions): BindableHistogram<A> {
    const kind = INSTRUMENT_KINDS.histogram;
    return new HistogramInstrument<A>(this.#series(name, kind, options, ({ bounds }) => histogramKind(bounds)));
  }

  createObservableCounter<A extends Attributes>(name: string, options?: MetricOptions): ObservableCounter<A> {
    return this.#observable(name, INSTRUMENT_KINDS.observableCounter, options);
  }

  createObservableUpDownCounter<A extends Attributes>(
    name: string,
    options?: MetricOptions,
  ): ObservableUpDownCounter<A> {
    return this.#observable(name, INSTRUMENT_KINDS.observableUpDownCounter, options);
  }

  createObservableGauge<A extends Attributes>(name: string, options?: MetricOptions): ObservableGauge<A> {
    return this.#observable(name, INSTRUMENT_KINDS.observableGauge, options);
  }

  addBatchObservableCallback<A extends Attributes>(
    callback: BatchObservableCallback<A>,
    observables: Observable<A>[],
  ): void {
    const storages = storagesOf(observables);
    if (storages.size === 0) {
      this.#state.refusals.warn(this.scope.name, "instrument_definition", "batch", () => {
        return `A batch callback of ${this.scope.name} names no observable of this provider; not added.`;
      });
      return;
    }
    if (this.#batchAt(callback as BatchObservableCallback, storages) >= 0) return;
    this.#batches.push({ callback: callback as BatchObservableCallback, storages });
  }

  removeBatchObservableCallback<A extends Attributes>(
    callback: BatchObservableCallback<A>,
    observables: Observable<A>[],
  ): void {
    const at = this.#batchAt(callback as BatchObservableCallback, storagesOf(observables));
    if (at >= 0) this.#batches.splice(at, 1);
  }

  /** In the order of creation. */
  get storages(): readonly (SeriesStorage | ObservableStorage)[] {
    return this.#storages;
  }

  get observables(): Iterable<ObservableStorage> {
    return this.#storages.filter((storage) => storage instanceof ObservableStorage);
  }

  get batches(): readonly BatchCallback[] {
    return this.#batches;
  }

  #series(
    name: string,
    kind: InstrumentKind,
    options: MetricOptions | undefined,
    cells: (descriptor: InstrumentDescriptor) => SeriesKind,
  ): SeriesStorage {
    return this.#storage(name, kind, options, (descriptor) => {
      return new SeriesStorage(descriptor, cells(descriptor), this.#state);
    }) as SeriesStorage;
  }

  #observable<A extends Attributes>(
    name: string,
    kind: InstrumentKind,
    options: MetricOptions | undefined,
  ): ObservableInstrument<A> {
    const storage = this.#storage(name, kind, options, (it) => new ObservableStorage(it, this.#state));
    return new ObservableInstrument<A>(storage as ObservableStorage);
  }

  /**
   * As the SDK decides: the same definition shares its storage and the longer description stays; any other is a second
   * metric.
   */
  #storage(
    name: string,
    kind: InstrumentKind,
    options: MetricOptions | undefined,
    create: (descriptor: InstrumentDescriptor) => SeriesStorage | ObservableStorage,
  ): SeriesStorage | ObservableStorage {
    const { refusals } = this.#state;
    const descriptor = describeInstrument(name, kind, options, refusals);
    const known = this.#storages.find((storage) => isSameInstrument(storage.descriptor, descriptor));
    if (known !== undefined) {
      const { description } = descriptor;
      if (description.length > known.descriptor.description.length) known.descriptor.description = description;
      return known;
    }
    const namesakes = this.#storages.filter((storage) => storage.descriptor.name === descriptor.name);
    if (namesakes.some((storage) => !isSameMetric(storage.descriptor, descriptor))) {
      refusals.warn(descriptor.name, "instrument_definition", "conflict", () => {
        return `${descriptor.name} was created again as another kind, unit or value type; one name cannot show both.`;
      });
    }
    const storage = create(descriptor);
    this.#storages.push(storage);
    if (storage instanceof SeriesStorage) for (const tell of this.#state.births) tell(storage);
    return storage;
  }

  #batchAt(callback: BatchObservableCallback, storages: ReadonlySet<ObservableStorage>): number {
    return this.#batches.findIndex((batch) => {
      const { storages: own } = batch;
      return batch.callback === callback && own.size === storages.size && [...own].every((it) => storages.has(it));
    });
  }
}

function storagesOf(observables: readonly unknown[]): ReadonlySet<ObservableStorage> {
  return new Set(observables.map(ObservableInstrument.storageOf).filter((storage) => storage !== undefined));
}
