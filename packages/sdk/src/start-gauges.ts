import {
  createQueueObserver,
  observeTaskActivity,
  type QueueObserver,
  type TaskActivitySource,
} from "@taskvitals/core";
import type { BindableMeterProvider } from "@taskvitals/meter";
import { startHostVitals } from "./host/host-vitals.ts";
import type { QueueRegistry } from "./queue-registry.ts";
import { warnOfReadProblems } from "./read-problems.ts";
import { startHostMetrics, startRuntimeMetrics } from "./runtime-metrics.ts";
import { observeSeries, type SeriesRefusals } from "./series-vitals.ts";
import type { StartContext } from "./start-context.ts";
import type { StartedTotals } from "./task-totals.ts";
import { SCOPE_NAME, type Telemetry } from "./telemetry/telemetry.ts";

/** What the gauges report on. */
export interface GaugeSources {
  readonly activity: TaskActivitySource;
  readonly registry: QueueRegistry;
  readonly refusals: SeriesRefusals;
  readonly totals: StartedTotals;
  /** Provider of what all processes share; `undefined` where they share nothing. */
  readonly counted: BindableMeterProvider | undefined;
}

/** Registers the gauges of taskvitals; `undefined` where the caller's provider gives no way to report them truthfully. */
export async function startGauges(
  { options, problems, cleanup }: StartContext,
  telemetry: Telemetry,
  { activity, registry, refusals, totals, counted }: GaugeSources,
): Promise<QueueObserver | undefined> {
  const { observables } = telemetry;
  if (observables === undefined) return undefined;
  observeTaskActivity(observables, activity, counted?.getMeter(SCOPE_NAME));
  observeSeries(observables, telemetry.seriesCounts, refusals.counts);
  if (options.hostVitals !== false) {
    cleanup.add("Host vitals", await startHostVitals(observables, problems.report));
  }
  return createQueueObserver({
    observables,
    meter: telemetry.meter,
    readers: registry.readers,
    reportsTotals: totals.reportsTotals,
    onProblem: problems.report,
    onReadProblem: warnOfReadProblems(problems.warn),
  });
}

/** Starts OpenTelemetry's own metrics of runtime and host, as far as the options ask for them. */
export async function startInstrumentations({ options, cleanup }: StartContext, telemetry: Telemetry): Promise<void> {
  // A provider that is not ours may have them already, and cannot forget them after shutdown.
  const runtimeMetrics = options.runtimeMetrics ?? options.meterProvider === undefined;
  if (runtimeMetrics) cleanup.add("Runtime metrics", await startRuntimeMetrics(telemetry.provider));
  if (options.hostMetrics === true) cleanup.add("Host metrics", await startHostMetrics(telemetry.provider));
}
