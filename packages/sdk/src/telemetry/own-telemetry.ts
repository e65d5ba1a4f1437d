import type { Resource } from "@opentelemetry/resources";
import {
  type IMetricReader,
  MeterProvider,
  type MetricProducer,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { ExpositionName } from "../options/task-vitals-options.ts";
import type { ProblemLog } from "../problem-log.ts";
import { createOtlpReader, type OtlpSettings } from "./otlp-reader.ts";
import { incrementalPages, standardPages } from "./page-source.ts";
import { PullReader } from "./pull-reader.ts";
import { ScrapeReader } from "./scrape-reader.ts";
import { SCOPE_NAME, type Telemetry } from "./telemetry.ts";
import { createVitalsProvider, type SeriesLimits } from "./vitals-provider.ts";

/** What {@link createOwnTelemetry} needs. */
export interface OwnTelemetryOptions {
  readonly resource: Resource;
  /** Push over OTLP as well. */
  readonly otlp: OtlpSettings | undefined;
  readonly exposition: ExpositionName;
  readonly limits: SeriesLimits;
  readonly problems: ProblemLog;
}

/**
 * Telemetry on providers of our own: `@taskvitals/meter` for the instruments of taskvitals, the standard SDK for what the application
 * measures itself. The readers are the standard SDK's; ours joins each through a producer, because a producer is never told which
 * reader's temporality it serves.
 */
export async function createOwnTelemetry(options: OwnTelemetryOptions): Promise<Telemetry> {
  const { problems } = options;
  const own = createVitalsProvider(options.limits, problems);
  const standard = options.exposition === "standard";
  const pull = standard ? new ScrapeReader([own.createProducer()]) : new PullReader();
  const readers: IMetricReader[] = [pull];
  if (options.otlp !== undefined) {
    const producers = (exporter: PushMetricExporter): MetricProducer[] => {
      const selectTemporality = exporter.selectAggregationTemporality?.bind(exporter);
      return [own.createProducer(selectTemporality === undefined ? {} : { selectTemporality })];
    };
    readers.push(await createOtlpReader(options.otlp, producers, problems.report));
  }
  const provider = new MeterProvider({ resource: options.resource, readers });
  const meter = own.getMeter(SCOPE_NAME);
  return {
    provider,
    meter,
    observables: meter,
    seriesCounts: () => own.seriesCounts(),
    own,
    collectPage: pull instanceof ScrapeReader ? standardPages(pull, problems) : incrementalPages(own, pull, problems),
    flush: () => provider.forceFlush(),
    shutdown: async () => {
      try {
        await provider.shutdown();
      } finally {
        await own.shutdown();
      }
    },
  };
}
