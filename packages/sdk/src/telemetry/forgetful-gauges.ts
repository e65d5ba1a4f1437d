import {
  AggregationTemporality,
  type AggregationTemporalitySelector,
  InstrumentType,
} from "@opentelemetry/sdk-metrics";

/**
 * Makes a reader forget what an observable gauge no longer observes. With cumulative temporality the standard SDK goes on exporting
 * the last value of a set for ever (opentelemetry-js#4096), even when the callback throws; with delta temporality it reports just
 * what the collection observed. A gauge has no sum, so its points come out the same otherwise.
 */
export function forgetfulGauges(select: AggregationTemporalitySelector): AggregationTemporalitySelector {
  return (type) => (type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : select(type));
}
