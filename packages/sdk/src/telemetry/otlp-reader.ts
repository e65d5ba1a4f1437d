import {
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { PushLog } from "./otlp-push-log.ts";
import type { OtlpTemporality } from "./otlp-temporality.ts";

/** Certificates and key for an https receiver, PEM. */
export interface OtlpTls {
  readonly ca: string | Buffer | undefined;
  readonly cert: string | Buffer | undefined;
  readonly key: string | Buffer | undefined;
}

/** How to push over OTLP, complete. Holds credentials: keep it out of anything that is shown. */
export interface OtlpSettings {
  /** URL of the receiver with its path. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /** Limit of one export with its retries. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
  readonly temporality: OtlpTemporality;
  readonly tls: OtlpTls;
}

/** Creates the reader that pushes over OTLP. Its exporter is loaded here, since only those who push need it. */
export async function createOtlpReader(
  settings: OtlpSettings,
  producers: (exporter: PushMetricExporter) => MetricProducer[],
  log: PushLog,
): Promise<PeriodicExportingMetricReader> {
  const { createOtlpExporter } = await import("./otlp-exporter.ts");
  const exporter = createOtlpExporter(settings, log);
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: settings.intervalMs,
    exportTimeoutMillis: settings.timeoutMs,
    metricProducers: producers(exporter),
  });
}
