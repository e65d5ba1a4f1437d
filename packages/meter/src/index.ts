/**
 * An OpenTelemetry `Meter` on cells of plain numbers. It takes the place of the standard `MeterProvider` for
 * instruments that are recorded to often, and joins the standard readers as a `MetricProducer`.
 *
 * ```ts
 * const provider = createMeterProvider({ maxSeries: 2000 });
 * const meter = provider.getMeter("my-platform");
 * const success = meter.createCounter("task_success_total").bind({ task: "send", queue: "emails" }); // shows at 0
 * success.add(1); // allocates nothing
 *
 * const page = await provider.createExposition().render(); // text for Prometheus, made in slices
 * const reader = new PeriodicExportingMetricReader({
 *   exporter,
 *   metricProducers: [provider.createProducer({ selectTemporality: (kind) => exporter.selectAggregationTemporality(kind) })],
 * });
 * ```
 *
 * @packageDocumentation
 */

export type { BindableCounter, BoundCounter } from "./counter.ts";
export type { Exposition, ExpositionOptions, ExpositionPage, RenderOptions } from "./exposition.ts";
export type { BindableGauge, BoundGauge } from "./gauge.ts";
export type { BindableHistogram, BoundHistogram } from "./histogram.ts";
export type { BindableMeter } from "./meter.ts";
export type { BindableMeterProvider, MeterProviderOptions, SeriesCount } from "./meter-provider.ts";
export { createMeterProvider } from "./meter-provider.ts";
export type { PageEncoding } from "./page-sink.ts";
export type { ProducerOptions } from "./producer.ts";
export type { MeterWarning, Refusal, RefusalReason } from "./refusals.ts";
export type { ShownInstrument, ShownTotal } from "./shown-totals.ts";
export type { SeriesTotal } from "./totals.ts";
export type { SnapshotSeries, TotalsReader, TotalsSnapshot } from "./totals-reader.ts";
export type { BindableUpDownCounter, BoundUpDownCounter } from "./up-down-counter.ts";
