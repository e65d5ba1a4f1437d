import { cpus, loadavg } from "node:os";
import { type Attributes, type Histogram, type MetricOptions, ValueType } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  contract,
  DURATION_BUCKETS_SECONDS,
  type GaugeDefinition,
  type HistogramDefinition,
  type InstrumentDefinition,
} from "@taskvitals/core";
import { PAIRS, type SimulatedWorker } from "./simulated-worker.ts";

/** The same worker, with the same series, on OpenTelemetry's own provider, periodic reader and OTLP exporter: the peer of our push. */
export function startStandardWorker(instance: string, intervalMs: number, target: string): SimulatedWorker {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${target}/v1/metrics` }),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: intervalMs,
  });
  const resource = resourceFromAttributes({ "service.name": "bench", "service.instance.id": instance });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter("bench");
  const [success, failure] = [contract.taskSuccess, contract.taskFailure].map((counter) =>
    meter.createCounter(counter.name, optionsOf(counter)),
  );
  const histogram = (definition: HistogramDefinition): Histogram =>
    meter.createHistogram(definition.name, {
      ...optionsOf(definition),
      advice: { explicitBucketBoundaries: [...DURATION_BUCKETS_SECONDS] },
    });
  const [duration, waited] = [histogram(contract.taskDuration), histogram(contract.taskWait)];
  const gauge = (definition: GaugeDefinition, sets: readonly Attributes[], read: () => number): void => {
    meter.createObservableGauge(definition.name, optionsOf(definition)).addCallback((result) => {
      for (const labels of sets) result.observe(read(), labels);
    });
  };
  const pid = [{ pid: String(process.pid) }];
  const queues = [...new Set(PAIRS.map(({ queue }) => queue))].map((queue) => ({ queue }));
  gauge(contract.cpuPercent, pid, () => (100 * (loadavg()[0] ?? 0)) / cpus().length);
  gauge(contract.memoryGigabytes, pid, () => process.memoryUsage.rss() / 1024 ** 3);
  for (const one of [contract.taskActive, contract.taskConcurrency, contract.oldestActive]) gauge(one, queues, () => 0);
  gauge(contract.series, LIMITED, () => 6);
  meter
    .createObservableCounter(contract.seriesOverflow.name, optionsOf(contract.seriesOverflow))
    .addCallback((result) => {
      for (const labels of LIMITED) result.observe(0, labels);
    });
  for (const pair of PAIRS) {
    success?.add(0, pair);
    failure?.add(0, pair);
  }
  return {
    url: undefined,
    work: (durationSeconds) => {
      for (const pair of PAIRS) {
        success?.add(1, pair);
        duration.record(durationSeconds, pair);
        waited.record(durationSeconds / 2, pair);
      }
    },
    shutdown: () => provider.shutdown(),
  };
}

/** What has a limit of series in a worker. */
const LIMITED: readonly Attributes[] = Object.values(contract)
  .filter(({ kind }) => kind === "counter" || kind === "histogram")
  .slice(0, 10)
  .map(({ name }) => ({ instrument: name }));

function optionsOf({ unit, description, valueType }: InstrumentDefinition): MetricOptions {
  return { unit, description, valueType: valueType === "int" ? ValueType.INT : ValueType.DOUBLE };
}
