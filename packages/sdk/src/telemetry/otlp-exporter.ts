import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { forgetfulGauges } from "./forgetful-gauges.ts";
import type { PushFailure } from "./otlp-failure.ts";
import type { PushLog } from "./otlp-push-log.ts";
import type { OtlpSettings } from "./otlp-reader.ts";
import { OtlpSender } from "./otlp-sender.ts";
import { temporalitySelector } from "./otlp-temporality.ts";
import { createOtlpTransport } from "./otlp-transport.ts";

const UNENCODABLE: PushFailure = {
  reason: "rejected",
  code: "ENCODING",
  advice: "a metric of the application holds a value that OTLP has no form for.",
  mayPass: false,
  mayHaveArrived: false,
};
// ExportResultCode.SUCCESS of @opentelemetry/core, which is not needed otherwise.
const SUCCESS = 0;

/**
 * Creates an exporter of metrics over OTLP, as protobuf over HTTP, on a sender of our own: OpenTelemetry's keeps the process alive while it waits
 * for a receiver or to retry, up to its whole timeout, holds up to 30 messages, and tells nobody how many points were lost.
 *
 * It tells the reader at once that an export is done, because the timer with which the reader waits for one keeps the process alive. Whoever
 * flushes still waits for all of them, and what fails goes to `log`.
 */
export function createOtlpExporter(settings: OtlpSettings, log: PushLog): PushMetricExporter {
  const transport = createOtlpTransport(settings);
  const deltas = settings.temporality !== "cumulative";
  const sender = new OtlpSender({ transport, timeoutMs: settings.timeoutMs, deltas, log });
  return {
    export: (metrics, done) => {
      const points = pointsOf(metrics);
      const data = encode(metrics);
      if (data !== undefined) sender.push({ data, points });
      else {
        log.failed(UNENCODABLE, deltas ? "lost" : "renewed");
        log.lost(points, UNENCODABLE.reason);
      }
      done({ code: SUCCESS });
    },
    forceFlush: () => sender.idle(),
    shutdown: async () => {
      await sender.idle();
      if (sender.held.messages > 0) log.abandoned();
      transport.shutdown();
    },
    selectAggregationTemporality: forgetfulGauges(temporalitySelector(settings.temporality)),
  };
}

function encode(metrics: ResourceMetrics): Uint8Array | undefined {
  try {
    return ProtobufMetricsSerializer.serializeRequest(metrics);
  } catch {
    return undefined;
  }
}

function pointsOf({ scopeMetrics }: ResourceMetrics): number {
  let points = 0;
  for (const { metrics } of scopeMetrics) for (const { dataPoints } of metrics) points += dataPoints.length;
  return points;
}
