import {
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { ProblemListener } from "@taskvitals/core";
import type { OtlpOptions } from "../options/task-vitals-options.ts";
import { forgetfulGauges } from "./forgetful-gauges.ts";

/** {@link OtlpOptions} with the environment and the defaults filled in. */
export interface OtlpSettings extends Pick<OtlpOptions, "endpoint" | "headers"> {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Creates the reader that pushes over OTLP. Its exporter is loaded here, since only those who push need it. */
export async function createOtlpReader(
  settings: OtlpSettings,
  producers: (exporter: PushMetricExporter) => MetricProducer[],
  onProblem: ProblemListener,
): Promise<PeriodicExportingMetricReader> {
  const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-proto");
  const otlp = new OTLPMetricExporter({
    timeoutMillis: settings.timeoutMs,
    ...(settings.endpoint === undefined ? {} : { url: settings.endpoint }),
    ...(settings.headers === undefined ? {} : { headers: { ...settings.headers } }),
  });
  const exporter = countFailures(otlp, onProblem);
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: settings.intervalMs,
    exportTimeoutMillis: settings.timeoutMs,
    metricProducers: producers(exporter),
  });
}

function countFailures(exporter: PushMetricExporter, onProblem: ProblemListener): PushMetricExporter {
  const select = exporter.selectAggregationTemporality?.bind(exporter);
  return {
    export: (metrics, done) =>
      exporter.export(metrics, (result) => {
        // ExportResultCode.SUCCESS is 0. The error may quote headers or the URL, so only the fact is told.
        if (result.code !== 0) onProblem("export", "An OTLP export failed; the next one carries the totals.");
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    ...(select === undefined ? {} : { selectAggregationTemporality: forgetfulGauges(select) }),
  };
}
