import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import type { RedisServer } from "../../test/services/index.ts";
import type { BenchmarkContext, BenchmarkFigures } from "../benchmark.ts";
import { interleave } from "../rounds.ts";
import { median, percentile, relativeSpread } from "../statistics.ts";
import { type Collector, SHARED_MS, startCollector } from "./collector.ts";
import type { CollectionCost } from "./collector-server.ts";
import { fillMixed } from "./mixed-queues.ts";
import { startPinger } from "./pinger.ts";
import { serverCpuMs } from "./server-cpu.ts";

/** How often queues of all layouts are read. */
export interface ReadingRounds {
  /** Numbers of queues, rising. */
  readonly queues: readonly number[];
  readonly rounds: number;
  readonly warmupRounds: number;
  /** Pages of the largest number. */
  readonly pages: number;
}

/** Cost of one reading, the median of all. */
export interface ReadingFigures extends BenchmarkFigures {
  readonly ms: number;
  readonly us_per_queue: number;
  readonly noise_ratio: number;
}

/** What readings cost. */
export interface MixedFigures {
  readonly readings: ReadonlyMap<number, ReadingFigures>;
  /** The same through a client that the application has already, by its own pipelines. */
  readonly throughClient: ReadonlyMap<number, ReadingFigures>;
  readonly page: BenchmarkFigures & { readonly longest_stall_ms: number };
  readonly ping: BenchmarkFigures & { readonly p99_ms: number };
}

/** Readings of all sizes in turn, then pages of the largest, then readings of the largest beside another client. */
export async function readMixed(
  redis: RedisServer,
  { queues: sizes, rounds, warmupRounds, pages }: ReadingRounds,
  progress: BenchmarkContext["progress"],
): Promise<MixedFigures> {
  await using stack = new AsyncDisposableStack();
  const own: [number, Collector][] = [];
  const throughClient: [number, Collector][] = [];
  for (const [database, queues] of sizes.entries()) {
    progress(`filling ${queues} queues`);
    const redisUrl = `${redis.url}/${database}`;
    const client = new Redis(redisUrl);
    await fillMixed(client, queues).finally(() => client.disconnect());
    const options = { redisUrl, kind: "mixed", queues } as const;
    own.push([queues, stack.use(await startCollector({ ...options, through: "url" }))]);
    throughClient.push([queues, stack.use(await startCollector({ ...options, through: "client" }))]);
  }
  const server = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  const contenders = [...own, ...throughClient].map(([queues, { read }]) => new Contender(queues, read, server));
  const samples = Object.fromEntries(contenders.map(({ sample }, index) => [String(index), sample]));
  await interleave(samples, { rounds, warmupRounds, progress });
  const [, largest] = own.at(-1) as [number, Collector];
  const figures = contenders.map((contender) => [contender.queues, contender.figures(rounds)] as const);
  return {
    readings: new Map(figures.slice(0, own.length)),
    throughClient: new Map(figures.slice(own.length)),
    page: await stallOfPages(largest, pages, progress),
    ping: await pingDuring(largest, redis.port, rounds, progress),
  };
}

/** One way to read so many queues. */
class Contender {
  readonly queues: number;
  readonly #read: () => Promise<CollectionCost>;
  readonly #server: Redis;
  readonly #costs: (CollectionCost & { readonly serverCpuMs: number })[] = [];

  constructor(queues: number, read: () => Promise<CollectionCost>, server: Redis) {
    this.queues = queues;
    this.#read = read;
    this.#server = server;
  }

  readonly sample = async (): Promise<number> => {
    const before = await serverCpuMs(this.#server);
    const cost = await this.#read();
    this.#costs.push({ ...cost, serverCpuMs: (await serverCpuMs(this.#server)) - before });
    return cost.ms;
  };

  /** Of the last rounds. */
  figures(rounds: number): ReadingFigures {
    const costs = this.#costs.slice(-rounds);
    const ms = costs.map((cost) => cost.ms);
    return {
      ms: median(ms),
      us_per_queue: (1000 * median(ms)) / this.queues,
      noise_ratio: relativeSpread(ms),
      cpu_ms: median(costs.map((cost) => cost.cpuMs)),
      redis_cpu_ms: median(costs.map((cost) => cost.serverCpuMs)),
      longest_stall_ms: Math.max(...costs.map((cost) => cost.stallMs)),
      median_stall_ms: median(costs.map((cost) => cost.stallMs)),
    };
  }
}

async function stallOfPages(
  collector: Collector,
  pages: number,
  progress: BenchmarkContext["progress"],
): Promise<MixedFigures["page"]> {
  progress("pages");
  const costs: CollectionCost[] = [];
  for (let page = -3; page < pages; page++) {
    const cost = await collector.page();
    if (page >= 0) costs.push(cost);
    await wait(SHARED_MS);
  }
  const stalls = costs.map(({ stallMs }) => stallMs);
  return {
    longest_stall_ms: Math.max(...stalls),
    median_stall_ms: median(stalls),
    ms: median(costs.map(({ ms }) => ms)),
    cpu_ms: median(costs.map(({ cpuMs }) => cpuMs)),
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
    const cost = await collector.read();
    readings.push(cost);
    // As long without a reading: what the machine does to a ping anyway.
    await wait(cost.ms);
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
