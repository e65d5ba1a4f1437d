import type { BenchmarkFigures } from "../benchmark.ts";
import type { IdleUsage } from "./idle-receivers.ts";
import { measureRates } from "./measured-window.ts";
import { EXPORTS_PER_MINUTE, keptUp, type PathSize } from "./path-size.ts";
import { usageOf } from "./process-usage.ts";
import { scrapesOf, startScraping } from "./prometheus-scrapes.ts";
import { startWorkers } from "./running-workers.ts";

/** What being scraped costs, per worker and minute at a scrape every 15 s. */
export interface ScrapeFigures extends BenchmarkFigures {
  readonly bytes: number;
  readonly worker_cpu_ms: number;
  readonly prometheus_cpu_ms: number;
  readonly prometheus_rss_kb: number;
  readonly scrape_ms: number;
  readonly series: number;
  readonly kept_up_ratio: number;
  /** Scrapes that failed at the end, of all. */
  readonly failed_ratio: number;
}

/** Prometheus scrapes each worker at a port of its own. */
export async function measureScrapePath(size: PathSize, idle: IdleUsage): Promise<ScrapeFigures> {
  const { fleet, window, workersAloneCpuMs, progress } = size;
  progress(`${fleet.workers} workers, scraped`);
  await using stack = new AsyncDisposableStack();
  const workers = stack.use(await startWorkers("scrape", fleet));
  const prometheus = stack.use(await startScraping(await workers.targets(), fleet.intervalMs));
  const rates = await measureRates(workers, { prometheus: () => usageOf(prometheus.pid) }, window);
  const perMinute = (perSecond: number): number => (EXPORTS_PER_MINUTE * perSecond) / rates.exchanges;
  const scrapes = await scrapesOf(prometheus);
  return {
    bytes: perMinute(rates.bytes),
    worker_cpu_ms: perMinute(rates.workerCpuMs - workersAloneCpuMs),
    prometheus_cpu_ms: perMinute(rates.cpuMs.prometheus - idle.cpuMs),
    prometheus_rss_kb: (rates.rssBytes.prometheus - idle.rssBytes) / 1000 / fleet.workers,
    scrape_ms: scrapes.ms,
    series: scrapes.samples / Math.max(1, fleet.workers - scrapes.down),
    failed_ratio: scrapes.down / fleet.workers,
    kept_up_ratio: keptUp(fleet, rates.exchanges),
  };
}
