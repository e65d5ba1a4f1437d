import {
  AggregationTemporality,
  type AggregationTemporalitySelector,
  InstrumentType,
} from "@opentelemetry/sdk-metrics";

/** How counters and histograms are pushed: as totals, as what came since the last push, or as OpenTelemetry's `lowmemory` mixes them. */
export type OtlpTemporality = "cumulative" | "delta" | "lowmemory";

/** The kinds that are pushed as deltas, as OpenTelemetry's exporters have it; all others go as totals. */
const DELTAS: Readonly<Record<OtlpTemporality, ReadonlySet<InstrumentType>>> = {
  cumulative: new Set(),
  delta: new Set([
    InstrumentType.COUNTER,
    InstrumentType.OBSERVABLE_COUNTER,
    InstrumentType.HISTOGRAM,
    InstrumentType.GAUGE,
  ]),
  lowmemory: new Set([InstrumentType.COUNTER, InstrumentType.HISTOGRAM]),
};

/** The temporality of each kind of instrument under this preference. */
export function temporalitySelector(preference: OtlpTemporality): AggregationTemporalitySelector {
  const deltas = DELTAS[preference];
  return (kind) => (deltas.has(kind) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE);
}
