import { setTimeout as wait } from "node:timers/promises";
import { createRedisBroker, parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { type Collector, startCollector } from "./queues/collector.ts";
import type { CollectionCost } from "./queues/collector-server.ts";
import { describeLists, describeMixed, fillLists, fillMixed } from "./queues/mixed-queues.ts";
import { startPinger } from "./queues/pinger.ts";
import { startRedisExporter } from "./queues/redis-exporter.ts";
import { countRoundTrips } from "./queues/round-trips.ts";
import { redisVersion } from "./redis-version.ts";
import { interleave } from "./rounds.ts";
import { createScraper } from "./scrape/timed-scrape.ts";
import { median, percentile, relativeSpread } from "./statistics.ts";

/** Reading many queues of all layouts in one collection: time, round trips, what it does to the process and to other clients. */
export const benchmark: Benchmark = {
  name: "queues",
  describe:
    "What does reading thousands of queues cost this process, Redis and its other clients, beside redis_exporter?",
  packages: ["taskvitals", "@taskvitals/redis", "ioredis"],
  run: measure,
};

/** How much work a run is. */
interface Size {
  /** Numbers of queues; the last but one and the last have targets. */
  readonly queues: readonly number[];
  readonly rounds: number;
  readonly warmupRounds: number;
  /** Pages for the stall of the event loop. */
  readonly pages: number;
  /** Plain lists that we and the peer report. */
  readonly lists: number;
  readonly scrapes: number;
}

const FULL: Size = { queues: [100, 1000, 10_000], rounds: 21, warmupRounds: 5, pages: 15, lists: 1000, scrapes: 15 };
const QUICK: Size = { queues: [15, 30, 60], rounds: 1, warmupRounds: 1, pages: 1, lists: 20, scrapes: 1 };

/** A reading serves the pages of the second after it began. */
const SHARED_MS = 1100;

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const size = quick ? QUICK : FULL;
  const [, middle = 0, most = 0] = size.queues;
  await using redis = await startRedis();
  const trips = await roundTrips(redis, middle);
  const readings = await readMixed(redis, size, progress);
  const { at } = readings;
  const peer = await besideExporter(size, progress);
  return {
    targets: [
      { name: `round_trips_${middle}_queues`, value: trips.steady, limit: 2 },
      { name: `collection_${middle}_queues_ms`, value: at(middle).ms, limit: 60 },
      { name: `collection_${most}_queues_ms`, value: at(most).ms, limit: 1000 },
      {
        name: "cost_per_queue_ratio_of_ten_times_as_many",
        value: at(most).us_per_queue / at(middle).us_per_queue,
        limit: 1.5,
      },
      { name: `page_${most}_queues_longest_stall_ms`, value: readings.page.longest_stall_ms, limit: 10 },
      { name: `ping_p99_during_${most}_queues_ms`, value: readings.ping.p99_ms, limit: 5 },
      { name: `scrape_${size.lists}_lists_time_ratio_to_redis_exporter`, value: peer.time_ratio, limit: 1 },
    ],
    figures: {
      noise_ratio: at(middle).noise_ratio,
      round_trips: trips,
      ...Object.fromEntries(size.queues.map((queues) => [`queues_${queues}`, at(queues)])),
      [`page_${most}_queues`]: readings.page,
      [`ping_${most}_queues`]: readings.ping,
      [`lists_${size.lists}`]: peer.figures,
    },
    versions: { "redis-server": await redisVersion(), redis_exporter: peer.version },
  };
}

/** How often a reading waits for the server: the first, which has to ask for the time, and those after it. */
async function roundTrips(redis: RedisServer, queues: number): Promise<{ first: number; steady: number }> {
  using client = disposable(new Redis(`${redis.url}/15`));
  await fillMixed(client.redis, queues);
  await using counter = await countRoundTrips(redis.port);
  const broker = await createRedisBroker(
    { name: "default", connection: `${counter.url}/15`, deadlineMs: 10_000, path: "redis" },
    { onProblem: () => {} },
  );
  for (const queue of describeMixed(queues)) broker.add(parseQueue(queue, "queues"));
  // Connecting waits for the server as well.
  await wait(500);
  const trips: number[] = [];
  for (let round = 0; round < 3; round++) {
    counter.take();
    const reading = await broker.read();
    if (!reading.queues.every((queue) => queue.ok)) throw new Error("A queue could not be read.");
    trips.push(counter.take());
  }
  await broker.shutdown();
  await client.redis.flushdb();
  const [first = 0, ...others] = trips;
  return { first, steady: Math.max(...others) };
}

/** Cost of one reading, the median of all. */
interface ReadingFigures extends BenchmarkFigures {
  readonly ms: number;
  readonly us_per_queue: number;
  readonly noise_ratio: number;
}

interface MixedFigures {
  at(queues: number): ReadingFigures;
  readonly page: BenchmarkFigures & { readonly longest_stall_ms: number };
  readonly ping: BenchmarkFigures & { readonly p99_ms: number };
}

/** Readings of all sizes in turn, then pages of the largest, then readings of the largest beside another client. */
async function readMixed(
  redis: RedisServer,
  { queues: sizes, rounds, warmupRounds, pages }: Size,
  progress: BenchmarkContext["progress"],
): Promise<MixedFigures> {
  await using stack = new AsyncDisposableStack();
  const collectors = new Map<number, Collector>();
  for (const [database, queues] of sizes.entries()) {
    progress(`filling ${queues} queues`);
    const url = `${redis.url}/${database}`;
    using client = disposable(new Redis(url));
    await fillMixed(client.redis, queues);
    collectors.set(queues, stack.use(await startCollector(url, "mixed", queues)));
  }
  const server = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  const costs = new Map<number, CollectionCost[]>(sizes.map((queues) => [queues, []]));
  const serverCpu = new Map<number, number[]>(sizes.map((queues) => [queues, []]));
  const samples = await interleave(
    Object.fromEntries(
      [...collectors].map(([queues, collector]) => [
        queues,
        async () => {
          const before = await cpuMs(server);
          const cost = await collector.read();
          serverCpu.get(queues)?.push((await cpuMs(server)) - before);
          costs.get(queues)?.push(cost);
          return cost.ms;
        },
      ]),
    ),
    { rounds, warmupRounds, progress },
  );
  const largest = collectors.get(sizes.at(-1) ?? 0) as Collector;
  return {
    at(queues) {
      const own = (costs.get(queues) ?? []).slice(-rounds);
      const ms = samples[queues] ?? [];
      return {
        ms: median(ms),
        us_per_queue: (1000 * median(ms)) / queues,
        noise_ratio: relativeSpread(ms),
        cpu_ms: median(own.map((cost) => cost.cpuMs)),
        redis_cpu_ms: median((serverCpu.get(queues) ?? []).slice(-rounds)),
        longest_stall_ms: Math.max(...own.map((cost) => cost.stallMs)),
      };
    },
    page: await stallOfPages(largest, pages, progress),
    ping: await pingDuring(largest, redis.port, rounds, progress),
  };
}

async function stallOfPages(
  collector: Collector,
  pages: number,
  progress: BenchmarkContext["progress"],
): Promise<MixedFigures["page"]> {
  progress("pages");
  const costs: CollectionCost[] = [];
  for (let page = -2; page < pages; page++) {
    const cost = await collector.page();
    if (page >= 0) costs.push(cost);
    await wait(SHARED_MS);
  }
  const stalls = costs.map(({ stallMs }) => stallMs);
  return {
    longest_stall_ms: Math.max(...stalls),
    median_stall_ms: median(stalls),
    ms: median(costs.map(({ ms }) => ms)),
    cpu_ms: median(costs.map((cost) => cost.cpuMs)),
  };
}

async function pingDuring(
  collector: Collector,
  port: number,
  rounds: number,
  progress: BenchmarkContext["progress"],
): Promise<MixedFigures["ping"]> {
  progress("pings of another client");
  const pinger = await startPinger(port);
  const readings: CollectionCost[] = [];
  while (readings.length < rounds) {
    readings.push(await collector.read());
    // As long without a reading: what the machine does to a ping anyway.
    await wait(readings.at(-1)?.ms ?? 0);
  }
  const { within, outside } = await pinger.stop(readings);
  return {
    p50_ms: percentile(within, 50),
    p99_ms: percentile(within, 99),
    longest_ms: Math.max(...within),
    pings: within.length,
    p50_without_ms: percentile(outside, 50),
    p99_without_ms: percentile(outside, 99),
  };
}

/** Plain lists as we and the peer report them over HTTP, each scraped in turn. */
async function besideExporter(
  { lists, scrapes }: Size,
  progress: BenchmarkContext["progress"],
): Promise<{ readonly time_ratio: number; readonly figures: BenchmarkFigures; readonly version: string }> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const server = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  await fillLists(server, lists);
  const ours = stack.use(await startCollector(redis.url, "lists", lists));
  const names = describeLists(lists).map(({ name }) => name);
  const exporter = stack.use(await startRedisExporter(redis.url, names));
  await requireSamples(ours.metricsUrl, "task_queue_length", lists);
  await requireSamples(exporter.metricsUrl, "redis_key_size", lists);
  const scraper = stack.use(createScraper());
  const serverCpu: { ours: number[]; redis_exporter: number[] } = { ours: [], redis_exporter: [] };
  const contender = (name: keyof typeof serverCpu, url: string) => async (): Promise<number> => {
    await wait(SHARED_MS / 2);
    const before = await cpuMs(server);
    const ms = await scraper.scrape(url);
    serverCpu[name].push((await cpuMs(server)) - before);
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

/** Processor time that the server has used. */
async function cpuMs(server: Redis): Promise<number> {
  const info = await server.info("cpu");
  const seconds = (field: string): number => Number(new RegExp(`^${field}:([\\d.]+)`, "m").exec(info)?.[1]);
  return 1000 * (seconds("used_cpu_user") + seconds("used_cpu_sys"));
}

function disposable(redis: Redis): Disposable & { readonly redis: Redis } {
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}
