import { fileURLToPath } from "node:url";
import { type Collector, startCollector } from "../../test/services/index.ts";
import type { BenchmarkFigures } from "../benchmark.ts";
import { collectorHeapBytes } from "./collector-heap.ts";
import type { IdleUsage } from "./idle-receivers.ts";
import { measureRates } from "./measured-window.ts";
import { EXPORTS_PER_MINUTE, keptUp, type PathSize } from "./path-size.ts";
import { usageOf } from "./process-usage.ts";
import { fetchPage, scrapesOf, startScraping } from "./prometheus-scrapes.ts";
import { startWorkers } from "./running-workers.ts";

/** What pushing costs the worker and the Collector, per worker and minute at a push every 15 s. */
export interface PushFigures extends BenchmarkFigures {
  readonly bytes: number;
  readonly worker_cpu_ms: number;
  /** The same with what the worker costs that nobody looks at: counting tasks, sampling the host. */
  readonly whole_worker_cpu_ms: number;
  /** What taking the pushes costs. */
  readonly collector_cpu_ms: number;
  readonly collector_rss_kb: number;
  readonly kept_up_ratio: number;
  readonly failed_ratio: number;
}

/** The same, and what it costs to show it to Prometheus, at a scrape every 15 s. */
export interface OtlpFigures extends PushFigures {
  /** Of the Collector, for its page. */
  readonly collector_page_cpu_ms: number;
  readonly prometheus_cpu_ms: number;
  readonly prometheus_rss_kb: number;
  /** Heap of the Collector, which its memory limiter looks at, in megabytes; not per worker. */
  readonly collector_heap_mb: number;
  /** Pushes that were refused while the page was scraped, of all. */
  readonly failed_while_scraped_ratio: number;
  /** The Collector's page: all workers. */
  readonly page_bytes: number;
  readonly page_ms: number;
  readonly page_samples: number;
}

/** Idle usage of the two. */
export interface IdleOtlp {
  readonly collector: IdleUsage;
  readonly prometheus: IdleUsage;
}

const PAGES = 3;

/** Starts the Collector as it is shipped. */
export function startShippedCollector(): Promise<Collector> {
  return startCollector({ configFiles: [shipped("otel-collector.yaml")] });
}

/** Path of a file of the repository. */
export function shipped(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Workers push to a Collector; then Prometheus scrapes its page, too. */
export async function measureOtlpPath(size: PathSize, idle: IdleOtlp): Promise<OtlpFigures> {
  const { fleet, window, progress } = size;
  progress(`${fleet.workers} workers, pushing to a Collector that Prometheus scrapes`);
  await using stack = new AsyncDisposableStack();
  const collector = stack.use(await startShippedCollector());
  const workers = stack.use(await startWorkers("otlp", fleet, collector.otlpUrl));
  const ofCollector = () => usageOf(collector.pid);
  const pushed = await measureRates(workers, { collector: ofCollector }, window);
  const prometheus = stack.use(await startScraping([collector.metricsTarget], fleet.intervalMs));
  const receivers = { collector: ofCollector, prometheus: () => usageOf(prometheus.pid) };
  const shown = await measureRates(workers, receivers, window);
  const scrapes = await scrapesOf(prometheus);
  const page = await fetchPage(collector.metricsUrl, PAGES);
  // Whatever part of the fleet's interval passes, a scrape is the same for all of its workers.
  const perMinute = (perSecond: number): number =>
    (EXPORTS_PER_MINUTE * perSecond * fleet.intervalMs) / 1000 / fleet.workers;
  return {
    ...pushFigures(size, idle.collector, pushed),
    collector_page_cpu_ms: perMinute(Math.max(0, shown.cpuMs.collector - pushed.cpuMs.collector)),
    prometheus_cpu_ms: perMinute(shown.cpuMs.prometheus - idle.prometheus.cpuMs),
    prometheus_rss_kb: (shown.rssBytes.prometheus - idle.prometheus.rssBytes) / 1000 / fleet.workers,
    collector_rss_kb: (shown.rssBytes.collector - idle.collector.rssBytes) / 1000 / fleet.workers,
    collector_heap_mb: (await collectorHeapBytes(collector)) / 1e6,
    failed_while_scraped_ratio: failedRatio(shown),
    page_bytes: page.bytes,
    page_ms: page.ms,
    page_samples: scrapes.samples,
  };
}

/** Workers that push otherwise: compressed, or with OpenTelemetry's own reader and exporter. */
export async function measurePush(
  way: "otlp-gzip" | "standard",
  size: PathSize,
  idle: IdleUsage,
): Promise<PushFigures> {
  const { fleet, window, progress } = size;
  progress(`${fleet.workers} workers, pushing ${way === "standard" ? "as OpenTelemetry does itself" : "compressed"}`);
  await using stack = new AsyncDisposableStack();
  const collector = stack.use(await startShippedCollector());
  const workers = stack.use(await startWorkers(way, fleet, collector.otlpUrl));
  return pushFigures(size, idle, await measureRates(workers, { collector: () => usageOf(collector.pid) }, window));
}

function failedRatio({ failures, exchanges }: { readonly failures: number; readonly exchanges: number }): number {
  return failures === 0 ? 0 : failures / (failures + exchanges);
}

type Pushed = Awaited<ReturnType<typeof measureRates<"collector">>>;

function pushFigures({ fleet, workersAloneCpuMs }: PathSize, idle: IdleUsage, pushed: Pushed): PushFigures {
  const perMinute = (perSecond: number): number => (EXPORTS_PER_MINUTE * perSecond) / pushed.exchanges;
  return {
    bytes: perMinute(pushed.bytes),
    worker_cpu_ms: perMinute(pushed.workerCpuMs - workersAloneCpuMs),
    whole_worker_cpu_ms: perMinute(pushed.workerCpuMs),
    collector_cpu_ms: perMinute(pushed.cpuMs.collector - idle.cpuMs),
    collector_rss_kb: (pushed.rssBytes.collector - idle.rssBytes) / 1000 / fleet.workers,
    kept_up_ratio: keptUp(fleet, pushed.exchanges),
    failed_ratio: failedRatio(pushed),
  };
}
