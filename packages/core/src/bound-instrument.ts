import type { Attributes, Counter, Histogram } from "@opentelemetry/api";

/** A counter whose label set is already chosen. */
export interface BoundCounter {
  /** Adds a value of at least 0. */
  add(value: number): void;
  /** Ends the series, where the meter can. */
  remove?(): void;
}

/** A histogram whose label set is already chosen. */
export interface BoundHistogram {
  /** Records one value. */
  record(value: number): void;
  /** Ends the series, where the meter can. */
  remove?(): void;
}

/** What an instrument of a meter with bound instruments has beside the standard interface. */
interface Bindable<Bound> {
  bind(attributes: Attributes): Bound;
}

// The OpenTelemetry specification has bound instruments as an experiment; the JavaScript API 1.10 has none. A meter that
// offers `bind` is used through it, any other through one frozen attribute object, because the standard SDK keeps the
// object it is given as the key of the series.
function bindOf<Bound>(instrument: object): Bindable<Bound> | undefined {
  return typeof (instrument as Partial<Bindable<Bound>>).bind === "function"
    ? (instrument as Bindable<Bound>)
    : undefined;
}

/** Binds a counter and declares its series: it exists at 0 from now on. */
export function bindCounter(counter: Counter, attributes: Attributes): BoundCounter {
  const bindable = bindOf<BoundCounter>(counter);
  if (bindable !== undefined) return bindable.bind(attributes);
  const frozen = Object.freeze({ ...attributes });
  counter.add(0, frozen);
  return { add: (value) => counter.add(value, frozen) };
}

/**
 * Binds a histogram. A meter with bound instruments declares its series at count 0; the standard interface has no way to do
 * so, because recording 0 is an observation.
 */
export function bindHistogram(histogram: Histogram, attributes: Attributes): BoundHistogram {
  const bindable = bindOf<BoundHistogram>(histogram);
  if (bindable !== undefined) return bindable.bind(attributes);
  const frozen = Object.freeze({ ...attributes });
  return { record: (value) => histogram.record(value, frozen) };
}
