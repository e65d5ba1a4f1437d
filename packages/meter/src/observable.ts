import {
  type Attributes,
  type BatchObservableCallback,
  type BatchObservableResult,
  type Observable,
  type ObservableCallback,
  type ObservableResult,
  ValueType,
} from "@opentelemetry/api";
import { getOrCreate } from "./get-or-create.ts";
import type { InstrumentDescriptor } from "./instrument-descriptor.ts";
import { type LabelSet, LabelSets } from "./label-sets.ts";
import { ObservedLabelReader } from "./observed-labels.ts";
import type { ProviderState } from "./provider-state.ts";
import { INSTRUMENT_KINDS } from "./sdk-shapes.ts";

/**
 * What one collection observed of one instrument, by the text of the labels: of two observations of one set the last
 * holds.
 */
export type Observations = Map<string, Observation>;

/** What a callback observed of one label set. */
export interface Observation {
  readonly set: LabelSet;
  readonly value: number;
}

/**
 * An observable instrument. It keeps callbacks and no observation: what a collection does not observe, it does not
 * report.
 */
export class ObservableStorage {
  readonly descriptor: InstrumentDescriptor;
  readonly callbacks: Set<ObservableCallback> = new Set();
  readonly born: number;
  readonly #state: ProviderState;
  readonly #labels: ObservedLabelReader;

  constructor(descriptor: InstrumentDescriptor, state: ProviderState) {
    this.descriptor = descriptor;
    this.born = state.now();
    this.#state = state;
    const labels = new LabelSets(descriptor.name, state.refusals, []);
    this.#labels = new ObservedLabelReader(labels, state.observedLabels);
  }

  /** Adds one observation; never throws. */
  observe(into: Observations, value: number, attributes: Attributes | undefined): void {
    const { name, valueType } = this.descriptor;
    let kept = value;
    if (valueType === ValueType.INT && typeof value === "number") kept = Math.trunc(value);
    if (!this.#accepts(kept)) {
      const shown = typeof value === "number" ? String(value) : `a ${typeof value}`;
      this.#state.refusals.refuse(name, "value", "value", () => `${shown} is not a value for ${name}; refused.`);
      return;
    }
    const set = this.#labels.read(attributes);
    if (into.size >= this.#state.maxObserved && !into.has(set.text)) {
      const most = this.#state.maxObserved;
      this.#state.refusals.refuse(name, "observation_limit", "limit", () => {
        return `${name} was observed with more than ${most} label sets in one collection; the rest is left out.`;
      });
      return;
    }
    into.set(set.text, { set, value: kept });
  }

  /** NaN or infinity would poison a sum for ever; a gauge may show them, as on the standard SDK. */
  #accepts(value: unknown): boolean {
    if (typeof value !== "number") return false;
    const { kind, valueType } = this.descriptor;
    if (kind === INSTRUMENT_KINDS.observableGauge) return valueType !== ValueType.INT || Number.isInteger(value);
    return Number.isFinite(value) && (value >= 0 || kind === INSTRUMENT_KINDS.observableUpDownCounter);
  }
}

/** The observable that a meter hands out; a thin face of its storage. */
export class ObservableInstrument<A extends Attributes> implements Observable<A> {
  readonly #storage: ObservableStorage;

  constructor(storage: ObservableStorage) {
    this.#storage = storage;
  }

  addCallback(callback: ObservableCallback<A>): void {
    this.#storage.callbacks.add(callback as ObservableCallback);
  }

  removeCallback(callback: ObservableCallback<A>): void {
    this.#storage.callbacks.delete(callback as ObservableCallback);
  }

  /** The storage behind an observable of ours; `undefined` for anything else. */
  static storageOf(observable: unknown): ObservableStorage | undefined {
    return typeof observable === "object" && observable !== null && #storage in observable
      ? observable.#storage
      : undefined;
  }
}

/** A callback and the observables it may report on. */
export interface BatchCallback {
  readonly callback: BatchObservableCallback;
  readonly storages: ReadonlySet<ObservableStorage>;
}

/** What a callback writes to; after `close` it takes nothing more. */
export class ObservationSink {
  readonly #into: Map<ObservableStorage, Observations>;
  #open = true;

  constructor(into: Map<ObservableStorage, Observations>) {
    this.#into = into;
  }

  close(): void {
    this.#open = false;
  }

  single(storage: ObservableStorage): ObservableResult {
    return { observe: (value, attributes) => this.#put(storage, value, attributes) };
  }

  batch(storages: ReadonlySet<ObservableStorage>): BatchObservableResult {
    return {
      observe: (observable, value, attributes) => {
        const storage = ObservableInstrument.storageOf(observable);
        if (storage !== undefined && storages.has(storage)) this.#put(storage, value, attributes);
      },
    };
  }

  #put(storage: ObservableStorage, value: number, attributes: Attributes | undefined): void {
    if (!this.#open) return;
    storage.observe(
      getOrCreate(this.#into, storage, () => new Map()),
      value,
      attributes,
    );
  }
}
