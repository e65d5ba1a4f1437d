import { AggregationTemporality, InstrumentType } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { type OtlpTemporality, temporalitySelector } from "../../src/telemetry/otlp-temporality.ts";

// https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/otlp/ has the table; for a gauge there is no choice to make, and
// OpenTelemetry's exporter for JavaScript reports what was set since the last push where deltas are preferred.
test.each<[OtlpTemporality, readonly InstrumentType[]]>([
  ["cumulative", []],
  [
    "delta",
    [InstrumentType.COUNTER, InstrumentType.GAUGE, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER],
  ],
  ["lowmemory", [InstrumentType.COUNTER, InstrumentType.HISTOGRAM]],
])("%s pushes the kinds as deltas that OpenTelemetry's preference does", (preference, deltas) => {
  const select = temporalitySelector(preference);
  const kinds = Object.values(InstrumentType).filter((kind) => kind !== InstrumentType.OBSERVABLE_GAUGE);
  expect(kinds.filter((kind) => select(kind) === AggregationTemporality.DELTA).toSorted()).toEqual(deltas.toSorted());
});
