import type { MeterProvider } from "@opentelemetry/api";
import { TaskVitalsError } from "@taskvitals/core";

/** Starts OpenTelemetry's event loop, garbage collection and heap metrics on `provider`. Returns a function that ends them. */
export async function startRuntimeMetrics(provider: MeterProvider): Promise<() => void> {
  const { RuntimeNodeInstrumentation } = await import("@opentelemetry/instrumentation-runtime-node");
  const instrumentation = new RuntimeNodeInstrumentation({ enabled: false });
  instrumentation.setMeterProvider(provider);
  instrumentation.enable();
  return () => instrumentation.disable();
}

/**
 * Starts OpenTelemetry's host metrics on `provider`, limited to the groups that fork no shell at a collection.
 *
 * @throws TaskVitalsError `MISSING_PACKAGE` when the package is not installed
 */
export async function startHostMetrics(provider: MeterProvider): Promise<() => void> {
  const { HostMetricsInstrumentation } = await import("@opentelemetry/instrumentation-host-metrics").catch((cause) => {
    throw new TaskVitalsError(
      "MISSING_PACKAGE",
      "hostMetrics: got true; expected the package @opentelemetry/instrumentation-host-metrics to be installed. " +
        "Run: npm install @opentelemetry/instrumentation-host-metrics",
      { cause },
    );
  });
  const instrumentation = new HostMetricsInstrumentation({
    enabled: false,
    metricGroups: ["process.cpu", "process.memory", "system.cpu", "system.memory"],
  });
  instrumentation.setMeterProvider(provider);
  instrumentation.enable();
  return () => instrumentation.disable();
}
