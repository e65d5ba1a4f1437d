import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, type MetricProducer } from "@opentelemetry/sdk-metrics";
import type { PushLog } from "../telemetry/otlp-push-log.ts";
import { createOtlpReader, type OtlpSettings } from "../telemetry/otlp-reader.ts";

/** Pushes the totals of the platform. */
export interface SharedPush {
  /** Pushes now. May reject. */
  flush(): Promise<void>;
  /** Pushes a last time and ends. May reject. */
  shutdown(): Promise<void>;
}

/**
 * Pushes what `producer` has under the resource of the platform: while it has nothing, nothing is sent. Always as totals: what came since the
 * last push is something that only the process itself knows.
 */
export async function startSharedPush(
  settings: OtlpSettings,
  resource: Resource,
  producer: MetricProducer,
  log: PushLog,
): Promise<SharedPush> {
  const reader = await createOtlpReader(settings, () => [producer], log);
  const provider = new MeterProvider({ resource, readers: [reader] });
  return { flush: () => provider.forceFlush(), shutdown: () => provider.shutdown() };
}
