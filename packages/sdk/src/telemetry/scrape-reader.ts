import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { AggregationTemporality, type InstrumentType, type MetricProducer } from "@opentelemetry/sdk-metrics";
import { forgetfulGauges } from "./forgetful-gauges.ts";

const selectTemporality = forgetfulGauges(() => AggregationTemporality.CUMULATIVE);

/**
 * The Prometheus exporter as a reader only: its own server is never started, because it answers a failure with 200, hangs with a
 * hung callback, and cannot take a free port.
 */
export class ScrapeReader extends PrometheusExporter {
  constructor(metricProducers: MetricProducer[] = []) {
    super({ preventServerStart: true, metricProducers });
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return selectTemporality(type);
  }
}
