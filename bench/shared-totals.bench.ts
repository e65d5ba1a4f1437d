import type { Benchmark, BenchmarkContext, BenchmarkOutcome } from "./benchmark.ts";
import { redisVersion } from "./redis-version.ts";
import { costOfTasks, type TaskSize } from "./shared-totals/beside-incr.ts";
import { type Fleet, type FleetFigures, type FleetSize, measureFleet } from "./shared-totals/fleets.ts";
import { costOfFlushes, type FlushSize } from "./shared-totals/flushes.ts";

/** Totals that all processes share: what they cost per task, per flush, per scrape, and how far one scrape of all processes goes. */
export const benchmark: Benchmark = {
  name: "shared-totals",
  describe:
    "What do totals shared by all processes cost per task, beside a pair of INCR, and how many processes can share them?",
  packages: ["taskvitals", "@taskvitals/core", "@taskvitals/meter", "@taskvitals/redis", "ioredis"],
  run: measure,
};

/** How much work a run is. */
interface Size {
  readonly tasks: TaskSize;
  readonly flush: FlushSize;
  readonly fleet: FleetSize;
  /** The two with targets: one is scraped, more often than the others are, the other has many processes. */
  readonly scraped: Fleet;
  readonly scrapes: Pick<FleetSize, "scrapes" | "warmUps">;
  readonly many: Fleet;
  /** Others, smaller ones first, to find where it ends. */
  readonly larger: readonly Fleet[];
}

const FULL: Size = {
  tasks: { rate: 1000, seconds: 30 },
  flush: { series: 10_000, rounds: 21 },
  fleet: { intervalMs: 5000, seconds: 12, scrapes: 11, warmUps: 5 },
  scraped: { processes: 100, series: 200 },
  scrapes: { scrapes: 21, warmUps: 15 },
  many: { processes: 1000, series: 50 },
  larger: [
    { processes: 1000, series: 200 },
    { processes: 100, series: 2000 },
    { processes: 1000, series: 500 },
    { processes: 3000, series: 200 },
  ],
};
const QUICK: Size = {
  tasks: { rate: 200, seconds: 0.5 },
  flush: { series: 60, rounds: 1 },
  fleet: { intervalMs: 1000, seconds: 1, scrapes: 1, warmUps: 1 },
  scraped: { processes: 4, series: 10 },
  scrapes: { scrapes: 1, warmUps: 1 },
  many: { processes: 8, series: 4 },
  larger: [],
};

/** What a fleet may cost before each process should rather be scraped or push by itself. */
const MOST = { scrape_ms: 1000, redis_cpu_percent: 5 } as const;
const MOST_PING_MS = 5;

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const size = quick ? QUICK : FULL;
  const tasks = await costOfTasks(size.tasks, progress);
  const flushes = await costOfFlushes(size.flush, progress);
  const fleets = new Map<Fleet, FleetFigures>();
  for (const fleet of [size.scraped, size.many, ...size.larger]) {
    const scrapes = fleet === size.scraped ? size.scrapes : {};
    fleets.set(fleet, await measureFleet(fleet, { ...size.fleet, ...scrapes }, progress));
  }
  const [scraped, many] = [size.scraped, size.many].map((fleet) => fleets.get(fleet) as FleetFigures) as [
    FleetFigures,
    FleetFigures,
  ];
  const { rate } = size.tasks;
  const flushed = `flush_of_${size.flush.series}_changed_series`;
  const manyNamed = `of_${nameOf(size.many)}`;
  return {
    targets: [
      { name: `commands_sent_per_task_at_${rate}_per_second`, value: tasks.oneWorker.commands_sent, limit: 0.001 },
      {
        name: "redis_time_per_task_ratio_to_a_pair_of_incr",
        value: tasks.oneWorker.server_command_us / tasks.incr.server_command_us,
        limit: 0.1,
      },
      {
        name: "worker_cpu_per_task_ratio_to_a_pair_of_incr",
        value: tasks.oneWorker.worker_cpu_us / tasks.incr.worker_cpu_us,
        limit: 0.6,
      },
      { name: `${flushed}_ms`, value: flushes.tasks.ms, limit: 20 },
      { name: `${flushed}_stall_ms`, value: flushes.tasks.stall_ms, limit: 10 },
      { name: `scrape_of_${nameOf(size.scraped)}_ms`, value: scraped.scrape_ms, limit: 50 },
      { name: `redis_cpu_${manyNamed}_percent`, value: many.redis_cpu_percent, limit: MOST.redis_cpu_percent },
      { name: `ping_p99_beside_${nameOf(size.many)}_ms`, value: many.ping_p99_ms, limit: MOST_PING_MS },
    ],
    figures: {
      noise_ratio: flushes.tasks.noise_ratio,
      per_task: {
        one_worker: tasks.oneWorker,
        four_workers_and_a_scrape_every_15_s: tasks.platform,
        counted_in_the_process_alone: tasks.local,
        a_pair_of_incr: tasks.incr,
      },
      flush: flushes,
      ...Object.fromEntries([...fleets].map(([fleet, figures]) => [nameOf(fleet), figures])),
      ...kneeOf(fleets),
    },
    versions: { "redis-server": await redisVersion() },
  };
}

function nameOf({ processes, series }: Fleet): string {
  return `${processes}_processes_by_${series}_series`;
}

/**
 * Where it ends, from the fleets that are at least a third as large as the largest: smaller ones cost what a server at rest and a page without
 * anything cost. Both costs grow with their numbers.
 */
function kneeOf(fleets: ReadonlyMap<Fleet, FleetFigures>): Record<string, number> {
  const end = (size: (fleet: Fleet) => number, cost: "redis_cpu_percent" | "scrape_ms"): number => {
    const largest = Math.max(...[...fleets.keys()].map(size));
    const large = [...fleets].filter(([fleet]) => size(fleet) >= largest / 3);
    return Math.min(...large.map(([fleet, figures]) => (size(fleet) * MOST[cost]) / figures[cost]));
  };
  return {
    knee_processes: end(({ processes }) => processes, "redis_cpu_percent"),
    knee_processes_by_series: end(({ processes, series }) => processes * series, "scrape_ms"),
  };
}
