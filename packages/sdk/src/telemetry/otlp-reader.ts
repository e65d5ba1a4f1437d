import {
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { ProblemListener } from "@taskvitals/core";
import { forgetfulGauges } from "./forgetful-gauges.ts";

/** How counters and histograms are pushed: as totals, as what came since the last push, or as OpenTelemetry's `lowmemory` mixes them. */
export type OtlpTemporality = "cumulative" | "delta" | "lowmemory";

/** PEM files for an https receiver. */
export interface OtlpTls {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
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
  onProblem: ProblemListener,
): Promise<PeriodicExportingMetricReader> {
  const { createOtlpExporter } = await import("./otlp-exporter.ts");
  const consequence =
    settings.temporality === "cumulative" ? "the next one carries the totals" : "what it carried is lost";
  const exporter = inBackground(createOtlpExporter(settings), (error) =>
    onProblem("export", `An OTLP export failed (${describe(error)}); ${consequence}.`),
  );
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: settings.intervalMs,
    exportTimeoutMillis: settings.timeoutMs,
    metricProducers: producers(exporter),
  });
}

// ExportResultCode.SUCCESS; the enum is in a package that only exporters need.
const SUCCESS = 0;

/**
 * Tells the reader at once that an export is done, because the timer with which it waits for one keeps the process alive. Whoever
 * flushes still waits for all of them, and failures go to `onFailure`.
 */
function inBackground(exporter: PushMetricExporter, onFailure: (error: Error | undefined) => void): PushMetricExporter {
  const select = exporter.selectAggregationTemporality?.bind(exporter);
  return {
    export: (metrics, done) => {
      exporter.export(metrics, (result) => {
        if (result.code !== SUCCESS) onFailure(result.error);
      });
      done({ code: SUCCESS });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    ...(select === undefined ? {} : { selectAggregationTemporality: forgetfulGauges(select) }),
  };
}

/** The message of an error may quote headers or the URL; a code cannot. */
function describe(error: Error | undefined): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (typeof code === "number") return `HTTP ${code}`;
  return typeof code === "string" && /^\w{1,60}$/.test(code) ? code : (error?.name ?? "unknown reason");
}
