import type { Attributes } from "@opentelemetry/api";
import { CellPages } from "./cell-pages.ts";
import type { InstrumentDescriptor } from "./instrument-descriptor.ts";
import { LabelSets, type Shape } from "./label-sets.ts";
import type { ProviderState } from "./provider-state.ts";
import { PAYLOAD, type Series } from "./series.ts";
import { SeriesIndex } from "./series-index.ts";
import { SeriesPruner } from "./series-pruner.ts";

const isOwn = Object.prototype.hasOwnProperty;

/** Labels of the series that takes what the limit refused, as the specification names them. */
export const OVERFLOW: { readonly attributes: { readonly "otel.metric.overflow": true }; readonly text: string } = {
  attributes: Object.freeze({ "otel.metric.overflow": true }),
  text: 'otel_metric_overflow="true"',
};

/** What a storage must know of its kind of instrument. */
export interface SeriesKind {
  /** Cells that one series needs. */
  readonly cells: number;
  /** Label names that the page needs for itself. */
  readonly reservedLabels: readonly string[];
  create(storage: SeriesStorage, set: ConstructorParameters<typeof Series>[1]): Series;
}

/** The live series of one synchronous instrument, bounded for the life of the process. */
export class SeriesStorage {
  readonly descriptor: InstrumentDescriptor;
  readonly pages: CellPages;
  readonly state: ProviderState;
  readonly #kind: SeriesKind;
  readonly #labels: LabelSets;
  readonly #index = new SeriesIndex();
  readonly #live: Series[] = [];
  readonly #pruner: SeriesPruner | undefined;
  #overflow: Series | undefined;
  #scratch: Buffer | undefined;
  #reading = false;
  #shape: Shape = { given: [], keys: [], places: [], names: { sorted: [], key: "", openings: [] } };
  readonly #keys: string[] = [];
  readonly #values: unknown[] = [];
  /** How many series were ever born. */
  births = 0;
  /** Told of every removed series before its cells go, so that a delta reader can still report what it had not. */
  readonly departures: Set<(series: Series) => void> = new Set();

  constructor(descriptor: InstrumentDescriptor, kind: SeriesKind, state: ProviderState) {
    this.descriptor = descriptor;
    this.state = state;
    this.#kind = kind;
    this.#labels = new LabelSets(descriptor.name, state.refusals, kind.reservedLabels);
    this.pages = new CellPages(PAYLOAD + kind.cells);
    this.#pruner = state.pruneIdleMs === undefined ? undefined : new SeriesPruner(state.pruneIdleMs);
  }

  now(): number {
    return this.state.now();
  }

  /** Live label sets; the overflow series is not one. */
  get size(): number {
    return this.#live.length;
  }

  /** Whether a page would show anything of it. */
  get hasSamples(): boolean {
    return this.#overflow !== undefined || this.#live.some((series) => series.hasValue);
  }

  /** Every series, the overflow series last. A copy: series may come and go while it is read. */
  list(): Series[] {
    const list = this.#live.slice();
    if (this.#overflow !== undefined) list.push(this.#overflow);
    return list;
  }

  /** Bytes to render one series into, the same every time. */
  scratch(bytes: number): Buffer {
    if (this.#scratch === undefined || this.#scratch.length < bytes) this.#scratch = Buffer.allocUnsafeSlow(bytes);
    return this.#scratch;
  }

  isLive(series: Series): boolean {
    return series.place >= 0 || series === this.#overflow;
  }

  /** The series of these attributes, born now if need be; the overflow series beyond the limit. Never throws. */
  find(attributes: Attributes | undefined): Series {
    if (attributes === undefined) return this.#index.bare ?? this.#admit(undefined);
    // A getter among the attributes may record as well; it must not disturb the values read so far.
    if (this.#reading || typeof attributes !== "object") return this.#admit(attributes);
    this.#reading = true;
    try {
      const found = this.#lookUp(attributes);
      if (found !== undefined) return found;
    } catch {
      // A hostile object: reading it the careful way counts what is wrong with it.
    } finally {
      this.#reading = false;
    }
    return this.#admit(attributes);
  }

  /**
   * Most calls give the keys in the order of the call before, so the shape is checked by comparing and not looked up.
   */
  #lookUp(attributes: Attributes): Series | undefined {
    const keys = this.#keys;
    const values = this.#values;
    const { given } = this.#shape;
    let count = 0;
    let same = true;
    for (const key in attributes) {
      if (!isOwn.call(attributes, key)) continue;
      if (key !== given[count]) same = false;
      keys[count] = key;
      values[count++] = attributes[key];
    }
    if (!same || count !== given.length) this.#shape = this.#labels.shape(keys.slice(0, count));
    const { names, places } = this.#shape;
    if (places.length === 0) return this.#index.bare;
    let node: unknown = this.#index.root(names);
    for (let level = 0; level < places.length && node !== undefined; level++) {
      node = (node as Map<unknown, unknown>).get(values[places[level] as number]);
    }
    return node as Series | undefined;
  }

  /** As {@link find}, and the series is declared: pruning leaves it alone. */
  bind(attributes: Attributes | undefined): Series {
    const series = this.find(attributes);
    if (series !== this.#overflow) series.bound = true;
    return series;
  }

  /** Removes the series of these attributes; true when there was one. */
  removeSeries(attributes: Attributes | undefined): boolean {
    const series = this.#index.get(this.#labels.read(attributes));
    if (series === undefined || series === this.#overflow) return false;
    this.remove(series);
    return true;
  }

  remove(series: Series): void {
    const { place } = series;
    if (place < 0) return;
    for (const depart of this.departures) depart(series);
    const last = this.#live.pop() as Series;
    if (last !== series) {
      this.#live[place] = last;
      last.place = place;
    }
    this.#index.delete(this.#labels.read(series.attributes));
    this.#pruner?.forget(series);
    series.bury();
  }

  /** Removes what has been idle for too long, when pruning is on. Called before every collection. */
  prune(): void {
    this.#pruner?.sweep(this.#live, this.now(), (series) => this.remove(series));
  }

  /** The whole part of a value for an instrument of value type INT, as the standard SDK takes it. */
  truncate(value: number): number {
    const { name } = this.descriptor;
    this.state.refusals.warn(name, "value", "fraction", () => `${name} has value type INT: fractions are dropped.`);
    return typeof value === "number" ? Math.trunc(value) : value;
  }

  refuseValue(value: unknown): void {
    const { name } = this.descriptor;
    const shown = typeof value === "number" ? String(value) : `a ${typeof value}`;
    this.state.refusals.refuse(name, "value", "value", () => `${shown} is not a value for ${name}; refused.`);
  }

  #admit(attributes: Attributes | undefined): Series {
    const set = this.#labels.read(attributes);
    const known = this.#index.get(set);
    if (known !== undefined) return known;
    // Whoever limits label sets of its own may ask for the overflow series by name.
    if (set.text === OVERFLOW.text) return this.#overflowSeries();
    if (this.#live.length >= this.state.maxSeries && !this.#makeRoom()) return this.#overflowSeries();
    const series = this.#kind.create(this, set);
    this.births += 1;
    series.place = this.#live.push(series) - 1;
    this.#index.set(set, series);
    return series;
  }

  /** Whether pruning left room for one more; the refusal is counted when it did not. */
  #makeRoom(): boolean {
    const { maxSeries, refusals } = this.state;
    this.#pruner?.sweepWhenFull(this.#live, this.now(), (series) => this.remove(series));
    if (this.#live.length < maxSeries) return true;
    const { name } = this.descriptor;
    refusals.refuse(name, "series_limit", "limit", () => {
      return `${name} holds its limit of ${maxSeries} label sets; new ones are counted in otel_metric_overflow="true".`;
    });
    return false;
  }

  #overflowSeries(): Series {
    if (this.#overflow === undefined) {
      this.#overflow = this.#kind.create(this, OVERFLOW);
      this.births += 1;
      this.#index.set(this.#labels.read(OVERFLOW.attributes), this.#overflow);
    }
    return this.#overflow;
  }
}
