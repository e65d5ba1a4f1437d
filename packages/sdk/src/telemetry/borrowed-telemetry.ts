import type { MeterProvider as ApiMeterProvider } from "@opentelemetry/api";
import { AggregationTemporality, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { invalidOption } from "@taskvitals/core";
import { forgetfulGauges } from "./forgetful-gauges.ts";
import { AttachableProducer, type TaskVitalsMetricProducer } from "./metric-producer.ts";
import { SCOPE_NAME, type Telemetry } from "./telemetry.ts";

class GaugeReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: forgetfulGauges(() => AggregationTemporality.CUMULATIVE) });
  }

  protected async onForceFlush(): Promise<void> {}

  protected async onShutdown(): Promise<void> {}
}

/**
 * Telemetry on the caller's meter provider. Gauges live on a small provider of our own, from which the producer that the caller
 * gave to its readers takes them; without a producer there are none.
 */
export function createBorrowedTelemetry(
  provider: ApiMeterProvider,
  producer: TaskVitalsMetricProducer | undefined,
  warn: (message: string) => void,
): Telemetry {
  if (producer !== undefined && !(producer instanceof AttachableProducer)) {
    throw invalidOption({ path: "metricProducer", value: producer, expected: "what createMetricProducer() returned" });
  }
  if (producer === undefined) {
    warn(
      "meterProvider without metricProducer: queue lengths, running tasks, CPU and memory are not reported, because the standard SDK " +
        "would go on exporting them when they are no longer known. Pass createMetricProducer() to your readers' metricProducers and to " +
        "startTaskVitals({ metricProducer }).",
    );
  }
  const reader = new GaugeReader();
  const gauges = new MeterProvider({ readers: [reader] });
  producer?.attach(reader);
  return {
    provider,
    meter: provider.getMeter(SCOPE_NAME),
    observables: producer === undefined ? undefined : gauges.getMeter(SCOPE_NAME),
    collectPage: () =>
      Promise.reject(
        invalidOption({
          path: "meterProvider",
          expected: "that your own readers expose the metrics, as your meter provider is in use",
        }),
      ),
    flush: async () => {},
    shutdown: async () => {
      producer?.attach(undefined);
      await gauges.shutdown();
    },
  };
}
