import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { startRedis } from "../../test/services/index.ts";
import type { BenchmarkContext, BenchmarkFigures } from "../benchmark.ts";
import { interleave } from "../rounds.ts";
import { createScraper } from "../scrape/timed-scrape.ts";
import { median, relativeSpread } from "../statistics.ts";
import { SHARED_MS, startCollector } from "./collector.ts";
import { describeLists, fillLists } from "./mixed-queues.ts";
import { startRedisExporter } from "./redis-exporter.ts";
import { serverCpuMs } from "./server-cpu.ts";

/** Plain lists as we and the peer report them over HTTP, each scraped in turn. */
export async function besideExporter(
  lists: number,
  scrapes: number,
  progress: BenchmarkContext["progress"],
): Promise<{ readonly time_ratio: number; readonly figures: BenchmarkFigures; readonly version: string }> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const server = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  await fillLists(server, lists);
  const ours = stack.use(await startCollector({ redisUrl: redis.url, through: "url", kind: "lists", queues: lists }));
  const names = describeLists(lists).map(({ name }) => name);
  const exporter = stack.use(await startRedisExporter(redis.url, names));
  await requireSamples(ours.metricsUrl, "task_queue_length", lists);
  await requireSamples(exporter.metricsUrl, "redis_key_size", lists);
  const scraper = stack.use(createScraper());
  const serverCpu: { ours: number[]; redis_exporter: number[] } = { ours: [], redis_exporter: [] };
  const contender = (name: keyof typeof serverCpu, url: string) => async (): Promise<number> => {
    await wait(SHARED_MS / 2);
    const before = await serverCpuMs(server);
    const ms = await scraper.scrape(url);
    serverCpu[name].push((await serverCpuMs(server)) - before);
    return ms;
  };
  const samples = await interleave(
    {
      ours: contender("ours", ours.metricsUrl),
      redis_exporter: contender("redis_exporter", exporter.metricsUrl),
    },
    { rounds: scrapes, progress },
  );
  const figures = (name: keyof typeof serverCpu): { ms: number; noise_ratio: number; redis_cpu_ms: number } => ({
    ms: median(samples[name]),
    noise_ratio: relativeSpread(samples[name]),
    redis_cpu_ms: median(serverCpu[name].slice(-scrapes)),
  });
  const both = { ours: figures("ours"), redis_exporter: figures("redis_exporter") };
  return {
    time_ratio: both.ours.ms / both.redis_exporter.ms,
    figures: { ...both, redis_cpu_ratio: both.ours.redis_cpu_ms / both.redis_exporter.redis_cpu_ms },
    version: exporter.version,
  };
}

/** Proves that a page has what it is timed for. */
async function requireSamples(url: string, metric: string, expected: number): Promise<void> {
  const page = await (await fetch(url)).text();
  const samples = page.split("\n").filter((line) => line.startsWith(`${metric}{`)).length;
  if (samples !== expected) throw new Error(`${url} has ${samples} samples of ${metric}; expected ${expected}`);
}
