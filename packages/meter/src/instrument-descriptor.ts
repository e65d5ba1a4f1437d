import { type MetricOptions, ValueType } from "@opentelemetry/api";
import type { Refusals } from "./refusals.ts";
import { INSTRUMENT_KINDS, type InstrumentKind } from "./sdk-shapes.ts";

/** What an instrument is; `description` may grow when it is created again with a longer one. */
export interface InstrumentDescriptor {
  readonly name: string;
  readonly kind: InstrumentKind;
  description: string;
  readonly unit: string;
  readonly valueType: ValueType;
  /** Upper bounds of a histogram's finite buckets, ascending and finite. */
  readonly bounds: readonly number[];
}

/** The specification's bounds for a histogram without advice, as `sdk-metrics` has them. */
const DEFAULT_BOUNDS: readonly number[] = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
const NAME = /^[a-z][a-z0-9_.\-/]{0,254}$/i;

/** Never throws: as in the SDK, a bad definition is said and the instrument works as well as it can. */
export function describeInstrument(
  name: string,
  kind: InstrumentKind,
  options: MetricOptions | undefined,
  refusals: Refusals,
): InstrumentDescriptor {
  const text = String(name);
  if (!NAME.test(text)) {
    refusals.warn(text.slice(0, 255), "instrument_definition", "name", () => {
      return `${JSON.stringify(text.slice(0, 255))} is not an instrument name: 1 to 255 letters, digits or _.-/, a letter first.`;
    });
  }
  return {
    name: text,
    kind,
    description: options?.description ?? "",
    unit: options?.unit ?? "",
    valueType: options?.valueType ?? ValueType.DOUBLE,
    bounds: bucketBounds(text, options?.advice?.explicitBucketBoundaries, refusals),
  };
}

function bucketBounds(name: string, advised: readonly number[] | undefined, refusals: Refusals): readonly number[] {
  if (advised === undefined || advised === null) return DEFAULT_BOUNDS;
  const bounds = Array.isArray(advised) ? advised : [];
  const finite = bounds.filter((bound) => typeof bound === "number" && Number.isFinite(bound));
  const infinite = bounds.filter((bound) => bound === Infinity || bound === -Infinity).length;
  if (finite.length + infinite !== bounds.length || !Array.isArray(advised)) {
    refusals.warn(name, "instrument_definition", "bounds", () => {
      return `Some explicitBucketBoundaries of ${name} are not numbers and were left out.`;
    });
  }
  // Adding 0 turns -0 into 0, which would be a second bucket "0".
  return [...new Set(finite.map((bound) => bound + 0))].sort((a, b) => a - b);
}

/** As the SDK decides it: the same storage serves both. Bounds are advice, so the first ones stay. */
export function isSameInstrument(one: InstrumentDescriptor, other: InstrumentDescriptor): boolean {
  return (
    one.name === other.name && one.kind === other.kind && one.unit === other.unit && one.valueType === other.valueType
  );
}

/**
 * Whether two instruments of one name go under one metric: a counter that is added to and one whose total is observed are the same to
 * whoever reads them, as long as no label set is in both.
 */
export function isSameMetric(one: InstrumentDescriptor, other: InstrumentDescriptor): boolean {
  return (
    one.name === other.name &&
    one.unit === other.unit &&
    one.valueType === other.valueType &&
    COUNTERS.has(one.kind) &&
    COUNTERS.has(other.kind)
  );
}

const COUNTERS: ReadonlySet<InstrumentKind> = new Set([INSTRUMENT_KINDS.counter, INSTRUMENT_KINDS.observableCounter]);
