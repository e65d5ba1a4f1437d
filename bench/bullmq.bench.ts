import { Queue } from "bullmq";
import { startRedis } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { CONTENDER_NAMES, type ContenderName } from "./bullmq/contenders.ts";
import { startWorkerProcess, type WorkerProcess } from "./bullmq/worker-process.ts";
import { redisVersion } from "./redis-version.ts";
import { interleave, type Sample } from "./rounds.ts";
import { createScraper } from "./scrape/timed-scrape.ts";
import { median, percentile, relativeSpread } from "./statistics.ts";

/** Processor time of a BullMQ worker per job that does nothing, scraped every five seconds where there is a page. */
export const benchmark: Benchmark = {
  name: "bullmq",
  describe: "What does watching a BullMQ worker add to the processor time of a job, beside BullMQ's own telemetry?",
  packages: [
    "taskvitals",
    "bullmq",
    "bullmq-otel",
    "@opentelemetry/sdk-metrics",
    "@opentelemetry/exporter-prometheus",
    "ioredis",
  ],
  run: measure,
};

/** How much work a run is. */
interface Size {
  /** Rounds, each with new processes: how the compiler and the heap settle in one weighs on all that it does. */
  readonly rounds: number;
  /** Turns of each process within a round, after those that warm it up. */
  readonly turns: number;
  readonly warmup_turns: number;
  /** Scrapes before the first turn that counts: a worker that has run for a minute, not for a second. */
  readonly warmup_scrapes: number;
  /**
   * Jobs of a turn: about a tenth of a second's. A neighbour on the same hardware makes everything dearer for longer than that,
   * so it does for all contenders alike.
   */
  readonly jobs_per_turn: number;
}

const FULL: Size = { rounds: 9, turns: 80, warmup_turns: 20, warmup_scrapes: 60, jobs_per_turn: 500 };
const QUICK: Size = { rounds: 1, turns: 2, warmup_turns: 0, warmup_scrapes: 1, jobs_per_turn: 50 };

/** Microseconds of processor time per job, one value per round. */
type Samples = Record<ContenderName, number[]>;

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const size = quick ? QUICK : FULL;
  await using redis = await startRedis();
  const samples = perContender<number[]>(() => []);
  const scrapesPerSecond = perContender<number[]>(() => []);
  for (let round = 1; round <= size.rounds; round++) {
    const found = await measureRound(redis.url, size);
    for (const name of CONTENDER_NAMES) {
      samples[name].push(found[name].cpuMicroseconds);
      scrapesPerSecond[name].push(found[name].scrapesPerSecond);
    }
    progress(`round ${round} of ${size.rounds}`);
  }
  const ours = added(samples, "ours");
  const figures = CONTENDER_NAMES.map((name): [string, BenchmarkFigures] => [
    name,
    {
      cpu_us_per_job: median(samples[name]),
      noise_ratio: relativeSpread(samples[name]),
      ...(name !== "uninstrumented" && added(samples, name)),
      scrapes_per_second: median(scrapesPerSecond[name]),
      rounds_cpu_us_per_job: samples[name],
    },
  ]);
  return {
    targets: [{ name: "ours_added_ratio", value: ours.added_ratio, limit: 0.01 }],
    figures: {
      noise_ratio: relativeSpread(samples.uninstrumented),
      noise_added_ratio: added(samples, "uninstrumented_again").added_ratio,
      bullmq_otel_added_ratio: added(samples, "bullmq_otel").added_ratio,
      ...Object.fromEntries(figures),
      ...size,
    },
    versions: { "redis-server": await redisVersion() },
  };
}

interface RoundFigures {
  /** Mean of the turns: some hold a scrape or a collection of garbage, most hold none. */
  readonly cpuMicroseconds: number;
  readonly scrapesPerSecond: number;
}

async function measureRound(redisUrl: string, size: Size): Promise<Record<ContenderName, RoundFigures>> {
  const { turns, warmup_turns: warmupRounds, warmup_scrapes: warmupScrapes, jobs_per_turn: jobs } = size;
  await using stack = new AsyncDisposableStack();
  const scraper = stack.use(createScraper());
  const workers: [ContenderName, WorkerProcess][] = [];
  for (const contender of CONTENDER_NAMES) {
    const queue = stack.adopt(new Queue(contender, { connection: { url: redisUrl } }), closeEmptied);
    // One turn to prove that it counts; and a worker may take one job more than it was asked for before it rests.
    await fill(queue, (1 + warmupRounds + turns) * (jobs + 1));
    const worker = await startWorkerProcess({ contender, redisUrl, queue: queue.name, jobs, warmupScrapes, scraper });
    workers.push([contender, stack.use(worker)]);
  }
  const samples = await interleave<ContenderName>(
    Object.fromEntries(workers.map(([name, worker]) => [name, worker.work])) as Record<ContenderName, Sample>,
    { rounds: turns, warmupRounds, progress: () => {} },
  );
  return Object.fromEntries(
    workers.map(([name, { scrapesPerSecond }]): [string, RoundFigures] => [
      name,
      { cpuMicroseconds: mean(samples[name]), scrapesPerSecond },
    ]),
  ) as Record<ContenderName, RoundFigures>;
}

/** Jobs that leave nothing behind, all there before they are worked off: adding them is not what is measured. */
async function fill(queue: Queue, jobs: number): Promise<void> {
  const job = { name: "noop", data: {}, opts: { removeOnComplete: true } };
  for (let left = jobs; left > 0; left -= 1000) await queue.addBulk(Array(Math.min(left, 1000)).fill(job));
}

async function closeEmptied(queue: Queue): Promise<void> {
  await queue.obliterate({ force: true });
  await queue.close();
}

/** What a contender adds to the uninstrumented worker of the same round: what a slower hour does to both cancels out. */
function added(samples: Samples, name: ContenderName): { added_ratio: number; added_ratio_quartiles: number[] } {
  const ratios = samples[name].map((value, round) => value / (samples.uninstrumented[round] as number) - 1);
  return { added_ratio: median(ratios), added_ratio_quartiles: [percentile(ratios, 25), percentile(ratios, 75)] };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function perContender<T>(create: () => T): Record<ContenderName, T> {
  return Object.fromEntries(CONTENDER_NAMES.map((name) => [name, create()])) as Record<ContenderName, T>;
}
