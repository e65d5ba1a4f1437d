import type { Resource } from "@opentelemetry/resources";
import {
  type IMetricReader,
  MeterProvider,
  type MetricProducer,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { contract, createCounter } from "@taskvitals/core";
import type { BindableMeterProvider, SeriesCount } from "@taskvitals/meter";
import type { PageSource } from "../endpoint/index.ts";
import { createLiveSource } from "../live/live-source.ts";
import type { ExpositionName } from "../options/task-vitals-options.ts";
import type { ProblemLog } from "../problem-log.ts";
import type { PromClientRegistry } from "../prom-client/prom-client-registry.ts";
import { RegistryPages } from "../prom-client/registry-pages.ts";
import { sharedPages } from "../shared-totals/shared-page.ts";
import { type SharedPush, startSharedPush } from "../shared-totals/shared-push.ts";
import { sharedResource } from "../shared-totals/shared-resource.ts";
import { ShownInTurn } from "../shared-totals/shown-in-turn.ts";
import type { RunningSharedTotals } from "../shared-totals/start-shared-totals.ts";
import { createPushLog, type PushLog } from "./otlp-push-log.ts";
import { createOtlpReader, type OtlpSettings } from "./otlp-reader.ts";
import { incrementalPages, standardPages } from "./page-source.ts";
import { PullReader } from "./pull-reader.ts";
import { ScrapeReader } from "./scrape-reader.ts";
import { APPLICATION_SCOPE_NAME, SCOPE_NAME, type Telemetry } from "./telemetry.ts";
import { createVitalsProvider, readingTimeoutMs, type VitalsLimits } from "./vitals-provider.ts";

/** What {@link createOwnTelemetry} needs. */
export interface OwnTelemetryOptions {
  readonly resource: Resource;
  /** Push over OTLP as well. */
  readonly otlp: OtlpSettings | undefined;
  readonly exposition: ExpositionName;
  readonly limits: VitalsLimits;
  readonly problems: ProblemLog;
  /** The totals that all processes share; `undefined` where there are none. */
  readonly shared: RunningSharedTotals | undefined;
  /** What goes on the page as well; `undefined` for nothing. */
  readonly promClient: PromClientRegistry | undefined;
}

/**
 * Telemetry on providers of our own: `@taskvitals/meter` for the instruments of taskvitals, the standard SDK for what the application
 * measures itself. The readers are the standard SDK's; ours joins each through a producer, because a producer is never told which
 * reader's temporality it serves.
 */
export async function createOwnTelemetry(options: OwnTelemetryOptions): Promise<Telemetry> {
  const { problems, shared } = options;
  const shownInTurn = shared?.exposed.onPage;
  const own = createVitalsProvider(options.limits, problems);
  const standard = options.exposition === "standard";
  const pull = standard ? new ScrapeReader([own, shownInTurn].flatMap(producersOf)) : new PullReader();
  const readers: IMetricReader[] = [pull];
  const pushes = options.otlp && createPushLog(problems, createCounter(own.getMeter(SCOPE_NAME), contract.exportLost));
  if (options.otlp !== undefined && pushes !== undefined) {
    const producers = (exporter: PushMetricExporter): MetricProducer[] => {
      const selectTemporality = exporter.selectAggregationTemporality?.bind(exporter);
      const producer = selectTemporality === undefined ? {} : { selectTemporality };
      // What came since the last push adds up at the receiver: then each process pushes its own.
      const counted = isPushedInTurn(options) ? [] : [shared?.counted].filter((provider) => provider !== undefined);
      return [own, ...counted].map((provider) => provider.createProducer(producer));
    };
    readers.push(await createOtlpReader(options.otlp, producers, pushes));
  }
  const provider = new MeterProvider({ resource: options.resource, readers });
  const push = pushes && (await startPush(options, pushes));
  const meter = own.getMeter(SCOPE_NAME);
  const readingMs = readingTimeoutMs(options.limits.readDeadlineMs);
  const seriesCounts = (): readonly SeriesCount[] => [...own.seriesCounts(), ...(shared?.counted.seriesCounts() ?? [])];
  // Shared instruments count as well while it is another process that shows their totals: who adds up all pages must not find two of a name.
  const instruments = (): string[] => seriesCounts().map(({ instrument }) => instrument);
  const registry = options.promClient && new RegistryPages({ registry: options.promClient, problems, instruments });
  const collectPage =
    pull instanceof ScrapeReader
      ? standardPages(pull, readingMs, problems, { registry })
      : incrementalPages(own, pull, readingMs, problems, { shownInTurn, registry });
  return {
    provider,
    meter,
    applicationMeter: own.getMeter(APPLICATION_SCOPE_NAME),
    observables: meter,
    seriesCounts,
    own: shared?.counted ?? own,
    readLive: createLiveSource(own, readingMs, shared),
    collectSharedPage: shared && pagesOf(shared, options),
    collectPage: shownInTurn === undefined ? collectPage : shownInTurn.guard(collectPage),
    flush: async () => {
      await Promise.all([provider.forceFlush(), push?.flush()]);
    },
    shutdown: async () => {
      try {
        await Promise.all([provider.shutdown(), push?.shutdown()]);
      } finally {
        await Promise.all([own.shutdown(), shared?.counted.shutdown()]);
      }
    },
  };
}

function producersOf(source: BindableMeterProvider | ShownInTurn | undefined): MetricProducer[] {
  if (source === undefined) return [];
  return [source instanceof ShownInTurn ? source.producer() : source.createProducer()];
}

function pagesOf(
  { exposed, settings }: RunningSharedTotals,
  { resource, exposition }: OwnTelemetryOptions,
): PageSource {
  const { view, shown } = exposed;
  return sharedPages({ view, shown, exposition, resource: sharedResource(resource, settings.namespace) });
}

function isPushedInTurn({ otlp, shared }: OwnTelemetryOptions): boolean {
  return shared !== undefined && otlp?.temporality === "cumulative";
}

async function startPush(options: OwnTelemetryOptions, pushes: PushLog): Promise<SharedPush | undefined> {
  const { otlp, shared, resource } = options;
  if (otlp === undefined || shared === undefined || !isPushedInTurn(options)) return undefined;
  const { exposed, settings } = shared;
  const producer = exposed.onPush(otlp.timeoutMs).producer();
  return startSharedPush(otlp, sharedResource(resource, settings.namespace), producer, pushes);
}
