import { AggregationTemporalityPreference, OTLPMetricExporterBase } from "@opentelemetry/exporter-metrics-otlp-http";
import { createOtlpNetworkExportDelegate, ExporterMetrics } from "@opentelemetry/otlp-exporter-base";
import { MetricsExporterMetricsHelper, ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { OtlpSettings } from "./otlp-reader.ts";
import { createOtlpTransport } from "./otlp-transport.ts";

const PREFERENCES = {
  cumulative: AggregationTemporalityPreference.CUMULATIVE,
  delta: AggregationTemporalityPreference.DELTA,
  lowmemory: AggregationTemporalityPreference.LOWMEMORY,
};

/** Most exports in flight at once; OpenTelemetry's default. */
const CONCURRENCY = 30;

/**
 * OpenTelemetry's exporter of metrics over OTLP, as protobuf over HTTP, on a transport of our own: theirs keeps the process alive
 * while it waits for a receiver or to retry, up to its whole timeout, and reads `process.env` whatever the options say.
 */
export function createOtlpExporter(settings: OtlpSettings): PushMetricExporter {
  const unobserved = new ExporterMetrics({
    componentType: "otlp_http_metric_exporter",
    metricsHelper: MetricsExporterMetricsHelper,
    url: undefined,
    meterProvider: undefined,
    responseAttributesFromError: () => ({}),
  });
  const delegate = createOtlpNetworkExportDelegate(
    { timeoutMillis: settings.timeoutMs, concurrencyLimit: CONCURRENCY, compression: "none" },
    ProtobufMetricsSerializer,
    unobserved,
    createOtlpTransport(settings),
  );
  return new OTLPMetricExporterBase(delegate, { temporalityPreference: PREFERENCES[settings.temporality] });
}
