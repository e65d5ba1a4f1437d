import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "../../test/services/index.ts";
import type { BenchmarkContext, BenchmarkFigures } from "../benchmark.ts";
import { startPinger } from "../queues/pinger.ts";
import { serverCpuMs } from "../queues/server-cpu.ts";
import { createScraper } from "../scrape/timed-scrape.ts";
import { median, percentile, relativeSpread } from "../statistics.ts";
import { startAsked } from "./asked-process.ts";

/** Processes, and series of each. */
export interface Fleet {
  readonly processes: number;
  readonly series: number;
}

/** How long a fleet is looked at. */
export interface FleetSize {
  readonly intervalMs: number;
  /** For how long it writes while another client pings and a scrape comes every interval. */
  readonly seconds: number;
  /** Scrapes that are timed by themselves; before each of them every process writes. */
  readonly scrapes: number;
  /** Scrapes before those. */
  readonly warmUps: number;
}

/** What a fleet costs. */
export interface FleetFigures extends BenchmarkFigures {
  /** From the request to the last byte, after every process has written. */
  readonly scrape_ms: number;
  readonly scrape_fastest_ms: number;
  readonly scrape_noise_ratio: number;
  readonly page_bytes: number;
  /** Share of one core that the server uses, in percent, with a scrape per interval. */
  readonly redis_cpu_percent: number;
  /** Of another client. */
  readonly ping_p99_ms: number;
  readonly ping_p99_at_rest_ms: number;
  readonly ping_max_ms: number;
  /** Writes that were made per second: fewer than processes by interval mean that the writers could not keep up. */
  readonly flushes_per_second: number;
  /** Share of one core of the process that shows the totals, in percent, while it is scraped once an interval. */
  readonly exposer_cpu_percent: number;
  readonly exposer_rss_mb: number;
}

const REST_MS = 3000;

/** Starts a fleet, scrapes it, then lets it write at its interval. */
export async function measureFleet(
  { processes, series }: Fleet,
  { intervalMs, seconds, scrapes, warmUps }: FleetSize,
  progress: BenchmarkContext["progress"],
): Promise<FleetFigures> {
  progress(`${processes} processes of ${series} series`);
  await using stack = new AsyncDisposableStack();
  const redis: RedisServer = stack.use(await startRedis());
  const namespace = randomUUID();
  const writing = stack.use(await startAsked("writing-server.ts", redis.url, namespace));
  const showing = stack.use(await startAsked("showing-server.ts", redis.url, namespace, String(intervalMs)));
  const server = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  const scraper = stack.use(createScraper());
  const url = `${showing.url}/metrics/shared`;
  await writing.ask("/start", { processes, series });
  await untilSettled(() => scraper.scrape(url));
  const times: number[] = [];
  for (let scrape = -warmUps; scrape < scrapes; scrape++) {
    await writing.ask("/step");
    const ms = await scraper.scrape(url);
    if (scrape >= 0) times.push(ms);
  }

  const usage = (): Promise<{ cpuMs: number; rssBytes: number }> => showing.ask("/usage");
  const [cpuBefore, usedBefore, began] = [await serverCpuMs(server), await usage(), performance.now()];
  // What another client sees of it, and how much of the server's time that client takes itself.
  const run = writing.ask<{ flushes: number }>("/run", { intervalMs, seconds });
  const scraping = setInterval(() => void scraper.scrape(url).catch(() => {}), intervalMs);
  const { flushes } = await run;
  clearInterval(scraping);
  const passedMs = performance.now() - began;
  const [cpuMs, used] = [(await serverCpuMs(server)) - cpuBefore, await usage()];

  const pinger = await startPinger(redis.port);
  // As long as this the server is at rest: what a ping takes on this machine.
  await wait(REST_MS);
  const pingedFrom = performance.timeOrigin + performance.now();
  const pinged = writing.ask("/run", { intervalMs, seconds });
  const pingedScrapes = setInterval(() => void scraper.scrape(url).catch(() => {}), intervalMs);
  await pinged;
  clearInterval(pingedScrapes);
  const { within, outside } = await pinger.stop([
    { began: pingedFrom, ended: performance.timeOrigin + performance.now() },
  ]);
  return {
    scrape_ms: median(times),
    scrape_fastest_ms: Math.min(...times),
    scrape_noise_ratio: relativeSpread(times),
    page_bytes: scraper.lastBytes,
    redis_cpu_percent: (100 * cpuMs) / passedMs,
    ping_p99_ms: percentile(within, 99),
    ping_p99_at_rest_ms: percentile(outside, 99),
    ping_max_ms: Math.max(...within),
    flushes_per_second: (1000 * flushes) / passedMs,
    exposer_cpu_percent: (100 * (used.cpuMs - usedBefore.cpuMs)) / passedMs,
    exposer_rss_mb: used.rssBytes / 1e6,
  };
}

/** A new store is not shown for an interval and a half. */
async function untilSettled(scrape: () => Promise<unknown>): Promise<void> {
  for (const deadline = performance.now() + 60_000; ; ) {
    try {
      await scrape();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await wait(100);
    }
  }
}
