import { diag, type MeterProvider } from "@opentelemetry/api";
import type { MetricProducer } from "@opentelemetry/sdk-metrics";
import { type Exposition, type ExpositionOptions, TextExposition } from "./exposition.ts";
import { getOrCreate } from "./get-or-create.ts";
import { type BindableMeter, ScopedMeter } from "./meter.ts";
import { ObservedLabels } from "./observed-labels.ts";
import { type CollectionSource, type ProducerOptions, SeriesProducer } from "./producer.ts";
import type { ProviderState } from "./provider-state.ts";
import { type MeterWarning, type Refusal, Refusals } from "./refusals.ts";
import { SeriesStorage } from "./series-storage.ts";
import { type ShownTotal, ShownTotals } from "./shown-totals.ts";
import { addTotals, readTotals, type SeriesTotal } from "./totals.ts";
import { ProviderTotalsReader, type TotalsReader } from "./totals-reader.ts";

/** Options of {@link createMeterProvider}. */
export interface MeterProviderOptions {
  /**
   * Live label sets that each synchronous instrument may have, counted over the life of the process. Whole number from
   * 1; default 2000. Beyond it recordings go to one series labelled `otel_metric_overflow="true"`, so that totals stay
   * right.
   */
  readonly maxSeries?: number;
  /**
   * Label sets that each observable may report in one collection. Whole number from 1; default 10 000. What exceeds it
   * is left out and counted: gauges cannot be folded into one.
   */
  readonly maxObserved?: number;
  /**
   * Removes a series that nothing was recorded to for this many milliseconds, as far as collections can tell. Above 0;
   * default: never. Bound series are declared and stay. A removed counter that returns begins at 0 again.
   */
  readonly pruneIdleMs?: number;
  /** How long observable callbacks may take when the reader names no time. Milliseconds above 0; default 10 000. */
  readonly observeTimeoutMs?: number;
  /** Receives each warning once per instrument and cause. Default: OpenTelemetry's `diag.warn`. */
  readonly onWarning?: (warning: MeterWarning) => void;
  /** Called for every refusal, within the recording that was refused: keep it short. What it throws is silenced. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** How full one instrument is. */
export interface SeriesCount {
  /** Name of the synchronous instrument; instruments of one name are counted together. */
  readonly instrument: string;
  /** Live label sets; the overflow series is not one. */
  readonly live: number;
  /** How often the limit refused a new label set. */
  readonly refused: number;
}

/**
 * An OpenTelemetry `MeterProvider` that does not read itself: readers take from it through producers and expositions.
 */
export interface BindableMeterProvider extends MeterProvider {
  /**
   * The meter of this name, version and schema; the same one each time. After `shutdown()`, a meter that shows nowhere.
   */
  getMeter(...parameters: Parameters<MeterProvider["getMeter"]>): BindableMeter;
  /** A producer for exactly one reader: it keeps what that reader has seen. */
  createProducer(options?: ProducerOptions): MetricProducer;
  /** A writer of text pages; one is enough for any number of scrapers. */
  createExposition(options?: ExpositionOptions): Exposition;
  /** How full each synchronous instrument is, sorted by name. */
  seriesCounts(): readonly SeriesCount[];
  /** The totals of the counters and histograms of these names, to be kept somewhere and added again later. */
  totals(instruments: Iterable<string>): readonly SeriesTotal[];
  /**
   * Adds totals that were kept to what there is; a series that is not there is born, declared. Counters never show less than before.
   *
   * @returns how many were refused: no counter or histogram has that name, its bounds are others, or a number is no total
   */
  addTotals(totals: Iterable<SeriesTotal>): number;
  /** Removes every series of the instruments of these names, as if none had been recorded. Handles that are bound record nowhere afterwards. */
  clearTotals(instruments: Iterable<string>): void;
  /**
   * A reader of all that the counters and histograms of this provider ever came to, for who adds it to that of other processes.
   *
   * @param round - applied to each sum, so that adding is exact in any order. Default: sums stay as they are
   */
  createTotalsReader(round?: (sum: number) => number): TotalsReader;
  /**
   * Shows exactly these series, beside what is recorded on meters of this provider: totals that were counted elsewhere. Series that were shown
   * before and are not among them end. Resolves when they are shown; the event loop is given back every few milliseconds, and one call follows the
   * other.
   */
  showTotals(totals: readonly ShownTotal[]): Promise<void>;
  /** Stops collecting: producers and pages are empty from now on. Instruments stay safe to use. Idempotent. */
  shutdown(): Promise<void>;
  /** As `shutdown()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Name of the scope of what was counted elsewhere. */
const SHOWN_SCOPE = "taskvitals";
const DEFAULT_MAX_SERIES = 2000;
const DEFAULT_MAX_OBSERVED = 10_000;
const DEFAULT_OBSERVE_TIMEOUT_MS = 10_000;

/**
 * A `MeterProvider` on cells of plain numbers: bound instruments that allocate nothing, series bounded for life,
 * observables that report only what was observed. It registers nothing globally and starts no timer.
 *
 * @throws RangeError when a number in the options is out of its range.
 */
export function createMeterProvider(options: MeterProviderOptions = {}): BindableMeterProvider {
  return new CellMeterProvider(options);
}

class CellMeterProvider implements BindableMeterProvider {
  readonly #state: ProviderState;
  readonly #source: CollectionSource;
  readonly #meters = new Map<string, ScopedMeter>();
  #shown: ShownTotals | undefined;
  #isShutdown = false;

  constructor(options: MeterProviderOptions) {
    const { onWarning = ({ message }) => diag.warn(`taskvitals: ${message}`), onRefused, now = Date.now } = options;
    const maxObserved = whole("maxObserved", options.maxObserved, DEFAULT_MAX_OBSERVED);
    this.#state = {
      now,
      refusals: new Refusals(onWarning, onRefused),
      maxSeries: whole("maxSeries", options.maxSeries, DEFAULT_MAX_SERIES),
      maxObserved,
      observedLabels: new ObservedLabels(maxObserved),
      births: new Set(),
      pruneIdleMs: options.pruneIdleMs === undefined ? undefined : positive("pruneIdleMs", options.pruneIdleMs),
    };
    this.#source = {
      state: this.#state,
      meters: () => (this.#isShutdown ? [] : this.#allMeters()),
      prune: () => this.#prune(),
      observeTimeoutMs: positive("observeTimeoutMs", options.observeTimeoutMs ?? DEFAULT_OBSERVE_TIMEOUT_MS),
    };
  }

  getMeter(...[name, version, options]: Parameters<MeterProvider["getMeter"]>): BindableMeter {
    const scope = {
      name,
      version: version ?? "",
      ...(options?.schemaUrl === undefined ? {} : { schemaUrl: options.schemaUrl }),
    };
    // A meter that no reader knows: its instruments work and bind, and show nowhere.
    if (this.#isShutdown) return new ScopedMeter(scope, this.#state);
    const key = JSON.stringify([name, version ?? "", options?.schemaUrl ?? ""]);
    return getOrCreate(this.#meters, key, () => new ScopedMeter(scope, this.#state));
  }

  createProducer(options?: ProducerOptions): MetricProducer {
    return new SeriesProducer(this.#source, options);
  }

  createExposition(options?: ExpositionOptions): Exposition {
    return new TextExposition(this.#source, options, CellMeterProvider.#sourceOf);
  }

  seriesCounts(): readonly SeriesCount[] {
    const live = new Map<string, number>();
    for (const { descriptor, size } of this.#seriesStorages()) {
      live.set(descriptor.name, (live.get(descriptor.name) ?? 0) + size);
    }
    return [...live]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([instrument, count]) => ({
        instrument,
        live: count,
        refused: this.#state.refusals.count(instrument, "series_limit"),
      }));
  }

  totals(instruments: Iterable<string>): readonly SeriesTotal[] {
    return readTotals(this.#seriesStorages(), new Set(instruments));
  }

  addTotals(totals: Iterable<SeriesTotal>): number {
    return addTotals([...this.#seriesStorages()], totals);
  }

  clearTotals(instruments: Iterable<string>): void {
    const names = new Set(instruments);
    for (const storage of this.#seriesStorages()) {
      if (names.has(storage.descriptor.name)) for (const series of storage.list()) storage.remove(series);
    }
  }

  createTotalsReader(round: (sum: number) => number = (sum) => sum): TotalsReader {
    const reader = new ProviderTotalsReader(this.#seriesStorages(), round);
    // At once: a series may come and go before the first reading.
    this.#state.births.add((storage) => reader.add(storage));
    return reader;
  }

  showTotals(totals: readonly ShownTotal[]): Promise<void> {
    // What is shown was counted elsewhere, and no reader of totals must take it for our own.
    this.#shown ??= new ShownTotals({ name: SHOWN_SCOPE, version: "" }, { ...this.#state, births: new Set() });
    return this.#shown.show(totals);
  }

  async shutdown(): Promise<void> {
    this.#isShutdown = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #allMeters(): ScopedMeter[] {
    const meters = [...this.#meters.values()];
    if (this.#shown !== undefined) meters.push(this.#shown.meter);
    return meters;
  }

  static #sourceOf(this: void, provider: BindableMeterProvider): CollectionSource | undefined {
    return #source in provider ? provider.#source : undefined;
  }

  #prune(): void {
    this.#state.observedLabels.age();
    for (const storage of this.#seriesStorages()) storage.prune();
  }

  *#seriesStorages(): Generator<SeriesStorage> {
    for (const meter of this.#meters.values()) {
      for (const storage of meter.storages) if (storage instanceof SeriesStorage) yield storage;
    }
  }
}

function whole(option: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`createMeterProvider: ${option} is ${String(value)}; give a whole number from 1.`);
}

function positive(option: string, value: number): number {
  if (value > 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  throw new RangeError(`createMeterProvider: ${option} is ${String(value)}; give milliseconds above 0.`);
}
