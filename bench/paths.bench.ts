import { startPrometheus, startRedis } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { collectorHeapBytes } from "./paths/collector-heap.ts";
import { type IdleUsage, idleUsage } from "./paths/idle-receivers.ts";
import { type Knee, kneeOf } from "./paths/knee.ts";
import { measureRates, type WindowSize } from "./paths/measured-window.ts";
import {
  measureOtlpPath,
  measurePush,
  type OtlpFigures,
  type PushFigures,
  startShippedCollector,
} from "./paths/otlp-path.ts";
import type { PathSize } from "./paths/path-size.ts";
import { usageOf } from "./paths/process-usage.ts";
import { measureRemoteWrite } from "./paths/remote-write.ts";
import { type FleetShape, startWorkers } from "./paths/running-workers.ts";
import { measureScrapePath, type ScrapeFigures } from "./paths/scrape-path.ts";
import { measureSharedPath, type SharedFigures } from "./paths/shared-path.ts";
import { redisVersion } from "./redis-version.ts";

/** What each way from a worker to Prometheus costs, and how many workers it carries. */
export const benchmark: Benchmark = {
  name: "paths",
  describe:
    "What do a scrape, a push over OTLP and shared totals cost per worker, the worker itself and what receives, and how many workers does each carry?",
  packages: ["taskvitals", "@opentelemetry/sdk-metrics", "@opentelemetry/exporter-metrics-otlp-proto", "ioredis"],
  run: measure,
};

/** How much work a run is. */
interface Size {
  /** Smaller ones first. */
  readonly fleets: readonly (FleetShape & { readonly window: WindowSize })[];
  /** From so many workers on the ways to write to a store are measured, too. */
  readonly writtenFrom: number;
  readonly idleSeconds: number;
}

const SHORT: WindowSize = { warmUps: 2, rounds: 3, seconds: 2 };
const FULL: Size = {
  fleets: [
    { workers: 1, intervalMs: 1000, window: SHORT },
    { workers: 10, intervalMs: 1000, window: SHORT },
    // Every second, a hundred workers in one process answer later than in a second.
    { workers: 100, intervalMs: 5000, window: { warmUps: 1, rounds: 3, seconds: 5 } },
    // Every second this would be more than two cores can do.
    { workers: 1000, intervalMs: 10_000, window: { warmUps: 1, rounds: 2, seconds: 10 } },
  ],
  writtenFrom: 100,
  idleSeconds: 10,
};
const QUICK: Size = {
  fleets: [{ workers: 2, intervalMs: 1000, window: { warmUps: 1, rounds: 1, seconds: 2 } }],
  writtenFrom: 0,
  idleSeconds: 0.2,
};

/** What is measured of each fleet. */
interface FleetFigures extends BenchmarkFigures {
  readonly scaled_interval_ms: number;
  readonly scrape: ScrapeFigures;
  readonly otlp: OtlpFigures;
  readonly otlp_gzip: PushFigures;
  readonly otlp_by_opentelemetry_itself: PushFigures;
  readonly shared_totals: SharedFigures;
}

/** What receivers use at rest. */
interface Idle {
  readonly collector: IdleUsage;
  readonly prometheus: IdleUsage;
  readonly redis: IdleUsage;
  readonly collectorHeapBytes: number;
}

/** A thousandth of a core. */
const MOST_WORKER_CPU_MS = 60;

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const { fleets, writtenFrom, idleSeconds } = quick ? QUICK : FULL;
  const idle = await measureIdle(idleSeconds);
  const figures: Record<string, FleetFigures> = {};
  // The largest first: if the machine cannot do it, that shows at once.
  for (const { window, ...fleet } of fleets.toReversed()) {
    const size = { fleet, window, progress, workersAloneCpuMs: await aloneCpuMs(fleet, window) };
    const isWritten = fleet.workers >= writtenFrom;
    const paths = {
      scrape: () => measureScrapePath(size, idle.prometheus),
      otlp: () => measureOtlpPath(size, idle),
      otlp_gzip: () => measurePush("otlp-gzip", size, idle.collector),
      otlp_by_opentelemetry_itself: () => measurePush("standard", size, idle.collector),
      shared_totals: () => measureSharedPath(size, idle),
      ...(isWritten && writtenPaths(size, idle.collector)),
    };
    // Their figures mean nothing then.
    const measured = quick ? await allAtOnce(paths) : await oneByOne(paths, progress);
    figures[`of_${fleet.workers}`] = { scaled_interval_ms: fleet.intervalMs, ...measured };
  }
  const workers = fleets.at(-1)?.workers ?? 1;
  const largest = figures[`of_${workers}`] as FleetFigures;
  const { scrape, otlp, otlp_by_opentelemetry_itself: peer, shared_totals: shared } = largest;
  const at = `at_${workers}_workers`;
  return {
    targets: [
      {
        name: `push_worker_cpu_ratio_to_opentelemetry_${at}`,
        // Ours samples the host all the time, and the peer when it pushes.
        value: otlp.whole_worker_cpu_ms / peer.whole_worker_cpu_ms,
        limit: 1,
      },
      { name: `scrape_worker_cpu_ms_per_minute_${at}`, value: scrape.worker_cpu_ms, limit: MOST_WORKER_CPU_MS },
      { name: `push_worker_cpu_ms_per_minute_${at}`, value: otlp.worker_cpu_ms, limit: MOST_WORKER_CPU_MS },
      { name: `shared_totals_worker_cpu_ms_per_minute_${at}`, value: shared.worker_cpu_ms, limit: MOST_WORKER_CPU_MS },
      { name: `shared_totals_redis_commands_per_minute_${at}`, value: shared.redis_commands, limit: 17 },
    ],
    figures: {
      per_worker_and_minute: Object.fromEntries(Object.entries(figures).toReversed()),
      knee: knees(largest, workers, idle),
    },
    versions: { "redis-server": await redisVersion(), otelcol: "0.155.0", prometheus: "3.12.0" },
  };
}

async function measureIdle(seconds: number): Promise<Idle> {
  await using stack = new AsyncDisposableStack();
  const collector = stack.use(await startShippedCollector());
  const prometheus = stack.use(await startPrometheus({ version: "3", scrapeConfigs: [] }));
  const redis = stack.use(await startRedis());
  const of = ({ pid }: { readonly pid: number }) => idleUsage(() => usageOf(pid), seconds);
  const [one, two, three] = await Promise.all([of(collector), of(prometheus), of(redis)]);
  return { collector: one, prometheus: two, redis: three, collectorHeapBytes: await collectorHeapBytes(collector) };
}

/** Counting tasks and sampling the host costs something with nobody who looks. */
async function aloneCpuMs(fleet: FleetShape, window: WindowSize): Promise<number> {
  await using workers = await startWorkers("none", fleet);
  return (await measureRates(workers, {}, window)).workerCpuMs;
}

function writtenPaths(size: PathSize, idle: IdleUsage): Paths {
  return {
    remote_write_of_its_own_page: () => measureRemoteWrite("own-page", size, idle),
    remote_write_as_it_arrives: () => measureRemoteWrite("as-it-arrives", size, idle),
  };
}

type Paths = Readonly<Record<string, () => Promise<BenchmarkFigures>>>;
type Measured<Of extends Paths> = { readonly [Name in keyof Of]: Awaited<ReturnType<Of[Name]>> };

async function oneByOne<Of extends Paths>(paths: Of, progress: BenchmarkContext["progress"]): Promise<Measured<Of>> {
  const figures: Record<string, BenchmarkFigures> = {};
  for (const [name, path] of Object.entries(paths)) {
    figures[name] = await path();
    progress(`${name}: ${JSON.stringify(figures[name])}`);
  }
  return figures as Measured<Of>;
}

async function allAtOnce<Of extends Paths>(paths: Of): Promise<Measured<Of>> {
  const figures = Object.entries(paths).map(async ([name, path]) => [name, await path()] as const);
  return Object.fromEntries(await Promise.all(figures)) as Measured<Of>;
}

/** Of the shipped Collector: its `limit_mib` less its `spike_limit_mib`; from there on it refuses. */
const COLLECTOR_HEAP_BYTES = 300 * 1024 ** 2;

function knees(
  { scrape, otlp, shared_totals: shared }: FleetFigures,
  workers: number,
  { collectorHeapBytes: atRest }: Idle,
): BenchmarkFigures {
  const named = ({ workers: most, first }: Knee): BenchmarkFigures => ({ workers: most, first });
  return {
    scrape: named(kneeOf({ cpuMs: { Prometheus: scrape.prometheus_cpu_ms } })),
    otlp: named(
      kneeOf({
        cpuMs: {
          "the Collector": otlp.collector_cpu_ms + otlp.collector_page_cpu_ms,
          Prometheus: otlp.prometheus_cpu_ms,
        },
        scrapeMs: { "the Collector's page": otlp.page_ms / workers },
        memory: {
          "the Collector": {
            bytes: (1e6 * otlp.collector_heap_mb - atRest) / workers,
            limit: COLLECTOR_HEAP_BYTES - atRest,
          },
        },
      }),
    ),
    shared_totals: named(
      kneeOf({
        cpuMs: { Redis: shared.redis_cpu_ms, "the process that shows them": shared.exposer_cpu_ms },
        scrapeMs: { "the page": shared.page_ms / workers },
      }),
    ),
  };
}
