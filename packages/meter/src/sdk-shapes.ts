import type { AggregationTemporality, DataPointType, InstrumentType } from "@opentelemetry/sdk-metrics";

// The values of sdk-metrics' enums, spelled out because the SDK is a dependency for types only: importing it at run
// time would bring a second copy into applications that use another version. A test compares them with the installed
// enums.

/** The SDK's number for delta temporality. */
export const DELTA = 0 as AggregationTemporality.DELTA;
/** The SDK's number for cumulative temporality. */
export const CUMULATIVE = 1 as AggregationTemporality.CUMULATIVE;

/** The SDK's number for histogram points. */
export const HISTOGRAM_POINTS = 0 as DataPointType.HISTOGRAM;
/** The SDK's number for gauge points. */
export const GAUGE_POINTS = 2 as DataPointType.GAUGE;
/** The SDK's number for sum points. */
export const SUM_POINTS = 3 as DataPointType.SUM;

/** The kinds of instrument, in the SDK's spelling, so that a reader's temporality selector understands them. */
export const INSTRUMENT_KINDS = {
  counter: "COUNTER" as InstrumentType.COUNTER,
  gauge: "GAUGE" as InstrumentType.GAUGE,
  histogram: "HISTOGRAM" as InstrumentType.HISTOGRAM,
  upDownCounter: "UP_DOWN_COUNTER" as InstrumentType.UP_DOWN_COUNTER,
  observableCounter: "OBSERVABLE_COUNTER" as InstrumentType.OBSERVABLE_COUNTER,
  observableGauge: "OBSERVABLE_GAUGE" as InstrumentType.OBSERVABLE_GAUGE,
  observableUpDownCounter: "OBSERVABLE_UP_DOWN_COUNTER" as InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
} as const;

/** A kind of instrument, in the SDK's spelling. */
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[keyof typeof INSTRUMENT_KINDS];
