import { Redis } from "ioredis";
import { startRedis } from "../../test/services/index.ts";
import type { BenchmarkFigures } from "../benchmark.ts";
import { startAsked } from "../shared-totals/asked-process.ts";
import { commandCounts, forgetCounts } from "../shared-totals/command-counts.ts";
import type { IdleUsage } from "./idle-receivers.ts";
import { measureRates } from "./measured-window.ts";
import { EXPORTS_PER_MINUTE, type PathSize, WRITINGS_PER_MINUTE } from "./path-size.ts";
import { type ProcessUsage, usageOf } from "./process-usage.ts";
import { fetchPage, scrapesOf, startScraping } from "./prometheus-scrapes.ts";
import { startWorkers } from "./running-workers.ts";

/** What sharing totals costs, per worker and minute at a writing every 5 s and one scrape of one page every 15 s. */
export interface SharedFigures extends BenchmarkFigures {
  /** Between the worker and Redis. */
  readonly bytes: number;
  readonly worker_cpu_ms: number;
  readonly redis_cpu_ms: number;
  readonly redis_rss_kb: number;
  /** Sent by the worker, and for the page; what runs inside a script is not sent. */
  readonly redis_commands: number;
  /** Of the process that shows the page. */
  readonly exposer_cpu_ms: number;
  readonly exposer_rss_kb: number;
  readonly prometheus_cpu_ms: number;
  /** The page: the totals of all workers. */
  readonly page_bytes: number;
  readonly page_ms: number;
  readonly page_samples: number;
  readonly kept_up_ratio: number;
}

/** Idle usage of the two. */
export interface IdleShared {
  readonly redis: IdleUsage;
  readonly prometheus: IdleUsage;
}

const PAGES = 5;

/** Workers write what they have counted to Redis; one more process shows the sum to Prometheus. */
export async function measureSharedPath(size: PathSize, idle: IdleShared): Promise<SharedFigures> {
  const { fleet, window, workersAloneCpuMs, progress } = size;
  progress(`${fleet.workers} workers, sharing totals through Redis`);
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const client = stack.adopt(new Redis(redis.url), (connection) => connection.disconnect());
  const workers = stack.use(await startWorkers("shared", fleet, redis.url));
  const exposer = stack.use(await startAsked("showing-server.ts", redis.url, "default", String(fleet.intervalMs)));
  const ofRedis = () => usageOf(redis.pid);
  const ofExposer = () => exposer.ask<ProcessUsage>("/usage");
  const counted = async <Result>(work: () => Promise<Result>) => {
    await forgetCounts(client);
    const startedAt = performance.now();
    const result = await work();
    const { sent } = await commandCounts(client);
    return { ...result, commands: (1000 * sent) / (performance.now() - startedAt) };
  };
  const written = await counted(() => measureRates(workers, { redis: ofRedis, exposer: ofExposer }, window));
  const prometheus = stack.use(await startScraping([new URL(exposer.url).host], fleet.intervalMs, "/metrics/shared"));
  const receivers = { redis: ofRedis, exposer: ofExposer, prometheus: () => usageOf(prometheus.pid) };
  const shown = await counted(() => measureRates(workers, receivers, window));
  const { samples, down } = await scrapesOf(prometheus);
  if (down > 0) throw new Error("The shared page could not be scraped");
  const page = await fetchPage(`${exposer.url}/metrics/shared`, PAGES);

  const perMinute = (perSecond: number, times: number): number =>
    (times * perSecond * fleet.intervalMs) / 1000 / fleet.workers;
  const perWriting = (perSecond: number): number => perMinute(perSecond, WRITINGS_PER_MINUTE);
  const perScrape = (perSecond: number): number => perMinute(Math.max(0, perSecond), EXPORTS_PER_MINUTE);
  return {
    bytes: perWriting(written.bytes),
    worker_cpu_ms: perWriting(written.workerCpuMs - workersAloneCpuMs),
    redis_cpu_ms:
      perWriting(written.cpuMs.redis - idle.redis.cpuMs) + perScrape(shown.cpuMs.redis - written.cpuMs.redis),
    redis_rss_kb: (shown.rssBytes.redis - idle.redis.rssBytes) / 1000 / fleet.workers,
    redis_commands: perWriting(written.commands) + perScrape(shown.commands - written.commands),
    exposer_cpu_ms: perScrape(shown.cpuMs.exposer - written.cpuMs.exposer),
    exposer_rss_kb: (shown.rssBytes.exposer - written.rssBytes.exposer) / 1000 / fleet.workers,
    prometheus_cpu_ms: perScrape(shown.cpuMs.prometheus - idle.prometheus.cpuMs),
    page_bytes: page.bytes,
    page_ms: page.ms,
    page_samples: samples,
    kept_up_ratio: written.commands / ((1000 * fleet.workers) / fleet.intervalMs),
  };
}
