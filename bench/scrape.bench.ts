import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { type RedisServer, type RunningProcess, startProcess, startRedis } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { redisVersion } from "./redis-version.ts";
import { interleave, type Sample } from "./rounds.ts";
import { createScraper, type Scraper } from "./scrape/timed-scrape.ts";
import { percentile } from "./statistics.ts";

/** One scrape over HTTP with the six instruments and one Redis queue, beside the reference platform's own way. */
export const benchmark: Benchmark = {
  name: "scrape",
  describe: "How long does one scrape of the six vital signs take, beside the reference platform's way?",
  packages: ["taskvitals", "ioredis"],
  run: measure,
};

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const rounds = quick ? 2 : 60;
  const warmupRounds = quick ? 1 : 5;
  const processes = quick ? 1 : 4;
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const scraper = stack.use(createScraper());
  const client = stack.adopt(new Redis(redis.url), (connection) => connection.disconnect());
  await client.rpush("jobs", "a", "b", "c");
  const reference = stack.use(await startServer("reference", redis));
  const ours: RunningProcess[] = [];
  while (ours.length < processes) ours.push(stack.use(await startServer("ours", redis)));

  const first: number[] = [];
  for (const server of ours) first.push(await scraper.scrape(`${urlOf(server)}/metrics`));
  const readingsBefore = await queueReadings(client);
  const samples = await interleave(contendersOf(scraper, reference, ours), { rounds, warmupRounds, progress });
  const readings = (await queueReadings(client)) - readingsBefore;
  const fresh = samplesOf(samples, "fresh");
  const theirs = samplesOf(samples, "reference");
  return {
    targets: [{ name: "scrape_p99_ms", value: percentile(fresh, 99), limit: 25 }],
    figures: {
      ours: summary(fresh),
      ours_sharing_a_reading: summary(samplesOf(samples, "shared")),
      reference: summary(theirs),
      reference_without_cpu_sample: summary(samplesOf(samples, "reference-without-cpu")),
      p50_ratio_to_reference: percentile(fresh, 50) / percentile(theirs, 50),
      first_scrape_of_a_process_max_ms: Math.max(...first),
      // Proves that fresh scrapes were that: each of the reference's two reads the queue once a round, and so does each of them.
      queue_readings_per_fresh_scrape: (readings / (rounds + warmupRounds) - 2) / processes,
      page_bytes_gzip: scraper.lastBytes,
    },
    versions: { "redis-server": await redisVersion() },
  };
}

/**
 * A reading of the queue serves the scrapes of the next second. Several processes, each scraped once a round, give scrapes that
 * all had to ask Redis, since the reference's own scrape makes a round last longer than that; a second scrape at once need not.
 */
function contendersOf(
  scraper: Scraper,
  reference: RunningProcess,
  ours: readonly RunningProcess[],
): Record<string, Sample> {
  const entries: (readonly [string, string])[] = [
    ["reference", `${urlOf(reference)}/metrics`],
    ["reference-without-cpu", `${urlOf(reference)}/metrics?cpu=none`],
    ...ours.map((server, index) => [`fresh ${index}`, `${urlOf(server)}/metrics`] as const),
    ...ours.map((server, index) => [`shared ${index}`, `${urlOf(server)}/metrics`] as const),
  ];
  return Object.fromEntries(entries.map(([name, url]) => [name, () => scraper.scrape(url)]));
}

function samplesOf(samples: Readonly<Record<string, readonly number[]>>, kind: string): number[] {
  return Object.entries(samples).flatMap(([name, values]) => (name.split(" ")[0] === kind ? values : []));
}

function summary(values: readonly number[]): BenchmarkFigures {
  return { p50_ms: percentile(values, 50), p99_ms: percentile(values, 99), scrapes: values.length };
}

function startServer(name: "ours" | "reference", redis: RedisServer): Promise<RunningProcess> {
  const script = fileURLToPath(new URL(`scrape/${name}-server.ts`, import.meta.url));
  return startProcess({ command: process.execPath, args: [script, redis.url], readyWhen: /^port \d+$/m });
}

function urlOf(server: RunningProcess): string {
  const port = /^port (\d+)$/m.exec(server.output())?.[1];
  return `http://127.0.0.1:${port}`;
}

async function queueReadings(client: Redis): Promise<number> {
  return Number(/cmdstat_llen:calls=(\d+)/.exec(await client.info("commandstats"))?.[1]);
}
