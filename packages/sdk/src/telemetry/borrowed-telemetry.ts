import type { MeterProvider } from "@opentelemetry/api";
import { invalidOption } from "@taskvitals/core";
import type { ProblemLog } from "../problem-log.ts";
import { AttachableProducer, type TaskVitalsMetricProducer } from "./metric-producer.ts";
import { APPLICATION_SCOPE_NAME, SCOPE_NAME, type Telemetry } from "./telemetry.ts";
import { createVitalsProvider, type VitalsLimits } from "./vitals-provider.ts";

/**
 * Telemetry on the caller's meter provider. Gauges live on a provider of our own, from which the producer that the caller gave to
 * its readers takes them; without a producer there are none.
 */
export function createBorrowedTelemetry(
  provider: MeterProvider,
  producer: TaskVitalsMetricProducer | undefined,
  limits: VitalsLimits,
  problems: ProblemLog,
): Telemetry {
  if (producer !== undefined && !(producer instanceof AttachableProducer)) {
    throw invalidOption({ path: "metricProducer", value: producer, expected: "what createMetricProducer() returned" });
  }
  if (producer === undefined) {
    problems.warn(
      "meterProvider without metricProducer: queue lengths, running tasks, CPU and memory are not reported, because the standard SDK " +
        "would go on exporting them when they are no longer known. Pass createMetricProducer() to your readers' metricProducers and to " +
        "startTaskVitals({ metricProducer }).",
    );
  }
  const own = createVitalsProvider(limits, problems);
  producer?.attach(own.createProducer());
  return {
    provider,
    meter: provider.getMeter(SCOPE_NAME),
    applicationMeter: provider.getMeter(APPLICATION_SCOPE_NAME),
    observables: producer === undefined ? undefined : own.getMeter(SCOPE_NAME),
    seriesCounts: () => own.seriesCounts(),
    own: undefined,
    readLive: undefined,
    collectSharedPage: undefined,
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
      await own.shutdown();
    },
  };
}
