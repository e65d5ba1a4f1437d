import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { createMeterProvider } from "@taskvitals/meter";
import { Histogram, Registry } from "prom-client";
import { DURATION_BOUNDS, durations } from "../duration-bounds.ts";

/** One way to hold histograms and to write their page. */
export interface PageWriter {
  /** Records one duration to a label set. */
  record(set: number, round: number): void;
  /** The page: chunks, or one string. */
  render(): Promise<readonly Buffer[] | string>;
  /** The page in gzip, where the writer compresses while it writes. */
  renderGzip?(): Promise<readonly Buffer[]>;
}

export type WriterName = "ours" | "prom_client" | "sdk_metrics";

export const WRITER_NAMES: readonly WriterName[] = ["ours", "prom_client", "sdk_metrics"];

interface Labels {
  readonly task: string;
  readonly queue: string;
}

const VALUES = durations(1024);
const NAME = "task_duration_seconds";

/**
 * A histogram of 19 bounds with `sets` label sets (500 tasks on as many queues as it takes), each recorded to
 * `recordings` times.
 */
export function createWriter(name: WriterName, sets: number, recordings: number): PageWriter {
  const writer = WRITERS[name](sets);
  for (let round = 0; round < recordings; round++) {
    for (let set = 0; set < sets; set++) writer.record(set, round);
  }
  return writer;
}

const WRITERS: Record<WriterName, (sets: number) => PageWriter> = { ours, prom_client: prom, sdk_metrics: sdk };

function labelsOf(set: number): Labels {
  return { task: `task_${set % 500}`, queue: `queue_${Math.floor(set / 500)}` };
}

function value(set: number, round: number): number {
  return VALUES[(set + round * 17) % VALUES.length] as number;
}

function ours(sets: number): PageWriter {
  const provider = createMeterProvider({ maxSeries: sets });
  const advice = { explicitBucketBoundaries: [...DURATION_BOUNDS] };
  const histogram = provider.getMeter("bench").createHistogram(NAME, { description: "Run time", advice });
  const bound = Array.from({ length: sets }, (_, set) => histogram.bind({ ...labelsOf(set) }));
  const exposition = provider.createExposition();
  return {
    record: (set, round) => bound[set]?.record(value(set, round)),
    render: async () => (await exposition.render()).chunks,
    renderGzip: async () => (await exposition.render({ encoding: "gzip" })).chunks,
  };
}

function prom(_: number): PageWriter {
  const registry = new Registry();
  const options = { name: NAME, help: "Run time", labelNames: ["task", "queue"], registers: [registry] };
  const histogram = new Histogram({ ...options, buckets: [...DURATION_BOUNDS] });
  return {
    record: (set, round) => histogram.observe({ ...labelsOf(set) }, value(set, round)),
    render: () => registry.metrics(),
  };
}

function sdk(sets: number): PageWriter {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  // One more than the sets: the SDK counts its overflow series.
  const views = [{ instrumentName: NAME, aggregationCardinalityLimit: sets + 1 }];
  const advice = { explicitBucketBoundaries: [...DURATION_BOUNDS] };
  const meter = new MeterProvider({ readers: [exporter], views }).getMeter("bench");
  const histogram = meter.createHistogram(NAME, { description: "Run time", advice });
  const serializer = new PrometheusSerializer();
  return {
    record: (set, round) => histogram.record(value(set, round), { ...labelsOf(set) }),
    render: async () => serializer.serialize((await exporter.collect()).resourceMetrics),
  };
}
