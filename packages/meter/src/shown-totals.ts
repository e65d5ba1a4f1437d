import { setImmediate } from "node:timers/promises";
import { type Attributes, type MetricOptions, ValueType } from "@opentelemetry/api";
import { BUCKETS, COUNT, MAX, MIN, SUM } from "./histogram.ts";
import { type MeterScope, ScopedMeter } from "./meter.ts";
import type { ProviderState } from "./provider-state.ts";
import { BORN, PAYLOAD, type Series } from "./series.ts";

/** An instrument whose totals are given. */
export interface ShownInstrument {
  /** Name of the instrument. */
  readonly name: string;
  /** What kind of instrument it is. */
  readonly kind: "counter" | "histogram" | "gauge";
  /** Upper bounds of a histogram's buckets, rising; empty for the others. */
  readonly bounds: readonly number[];
  /** Meaning; the `HELP` line. */
  readonly description?: string | undefined;
  /** UCUM unit. */
  readonly unit?: string | undefined;
  /** Whether values are whole numbers; fractions are dropped then. Not read for a histogram. Default: they need not be. */
  readonly isInteger?: boolean | undefined;
}

/** One series whose total is given. */
export interface ShownTotal {
  /** Where it belongs; the same object for the series of one instrument is quickest. */
  readonly instrument: ShownInstrument;
  /** The label set. */
  readonly attributes: Readonly<Record<string, string | boolean>>;
  /** Tells the series apart, the same text each time. */
  readonly key: string;
  /** The numbers, as {@link TotalsSnapshot.cells} has them; of a gauge its value. */
  readonly cells: Float64Array;
}

interface Shown {
  readonly series: Series;
  turn: number;
}

/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 2;
/** Series between two looks at the clock. */
const STEP = 32;

/** Shows totals that were counted elsewhere, as they are given. */
export class ShownTotals {
  readonly #scope: MeterScope;
  readonly #state: ProviderState;
  readonly #forms = new Map<string, string>();
  readonly #shown = new Map<string, Shown>();
  #meter: ScopedMeter;
  #turn = 0;
  #last: Promise<void> = Promise.resolve();

  /** Shows nothing yet. */
  constructor(scope: MeterScope, state: ProviderState) {
    this.#scope = scope;
    this.#state = state;
    this.#meter = new ScopedMeter(scope, state);
  }

  /** The meter that has what is shown; another one from time to time. */
  get meter(): ScopedMeter {
    return this.#meter;
  }

  /** Shows exactly these series, once what was to be shown before is. */
  show(totals: readonly ShownTotal[]): Promise<void> {
    this.#last = this.#last.then(() => this.#show(totals));
    return this.#last;
  }

  async #show(totals: readonly ShownTotal[]): Promise<void> {
    // At a stretch: a page that is written meanwhile must not lack what comes at the end.
    const isAnew = totals.some(({ instrument }) => this.#isOtherForm(instrument));
    if (isAnew) this.#clear();
    this.#turn += 1;
    let sliceEnd = performance.now() + SLICE_MS;
    for (const [index, total] of totals.entries()) {
      const shown = this.#shown.get(total.key) ?? this.#birth(total);
      shown.turn = this.#turn;
      write(shown.series, total);
      if (isAnew || index % STEP !== 0 || performance.now() < sliceEnd) continue;
      await setImmediate();
      sliceEnd = performance.now() + SLICE_MS;
    }
    for (const [key, { series, turn }] of this.#shown) {
      if (turn === this.#turn) continue;
      series.remove();
      this.#shown.delete(key);
    }
  }

  /** An instrument keeps the bounds that it was created with. */
  #isOtherForm(instrument: ShownInstrument): boolean {
    const known = this.#forms.get(instrument.name);
    return known !== undefined && known !== formOf(instrument);
  }

  #clear(): void {
    this.#meter = new ScopedMeter(this.#scope, this.#state);
    this.#forms.clear();
    this.#shown.clear();
  }

  #birth({ instrument, attributes, key }: ShownTotal): Shown {
    this.#forms.set(instrument.name, formOf(instrument));
    const series = this.#bind(instrument, attributes as Attributes);
    // When the counting began is not known; OTLP takes 0 for that, and every process that shows the totals says the same.
    series.cells[series.offset + BORN] = 0;
    const shown = { series, turn: 0 };
    this.#shown.set(key, shown);
    return shown;
  }

  #bind(instrument: ShownInstrument, attributes: Attributes): Series {
    const { name, kind, bounds, description, unit, isInteger } = instrument;
    const options: MetricOptions = {
      description: description ?? "",
      unit: unit ?? "",
      valueType: isInteger === true ? ValueType.INT : ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: [...bounds] },
    };
    // What a meter of ours binds are series.
    if (kind === "counter") return this.#meter.createCounter(name, options).bind(attributes) as unknown as Series;
    if (kind === "gauge") return this.#meter.createGauge(name, options).bind(attributes) as unknown as Series;
    return this.#meter.createHistogram(name, options).bind(attributes) as unknown as Series;
  }
}

function write(series: Series, { instrument: { kind, isInteger }, cells: given }: ShownTotal): void {
  const { cells } = series;
  const at = series.offset + PAYLOAD;
  // Others may count in fractions what has none here; OTLP has no way to say that.
  cells[at] = isInteger === true ? Math.trunc(given[0] as number) : (given[0] as number);
  if (kind === "gauge") cells[at + 1] = 1;
  if (kind !== "histogram") return;
  let count = 0;
  for (let bucket = 0; bucket < given.length - 1; bucket++) {
    const inBucket = given[bucket + 1] as number;
    cells[at + BUCKETS + bucket] = inBucket;
    count += inBucket;
  }
  cells[at + COUNT] = count;
  cells[at + SUM] = given[0] as number;
  // The extremes of other processes are not known.
  cells[at + MIN] = Number.NaN;
  cells[at + MAX] = Number.NaN;
}

function formOf({ kind, bounds }: ShownInstrument): string {
  return `${kind} ${bounds.join(" ")}`;
}
