import { startRedis, waitUntil } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { besideFlower, type FlowerSize } from "./celery-events/beside-flower.ts";
import { type EventPublishing, type EventReading, startPublishing, startReading } from "./celery-events/processes.ts";
import { redisVersion } from "./redis-version.ts";
import { median } from "./statistics.ts";

/** Reading Celery's events: processor time per event, how many per second before it falls behind, and memory. */
export const benchmark: Benchmark = {
  name: "celery-events",
  describe: "How many of Celery's events per second does one process read on one core, and what does each cost?",
  packages: ["taskvitals", "@taskvitals/redis", "@taskvitals/exporter", "ioredis"],
  run: measure,
};

/** How much work a run is. */
interface Size {
  readonly seconds: number;
  readonly rounds: number;
  /** Events per second, the first of which has targets. */
  readonly rates: readonly number[];
  readonly flower: FlowerSize;
}

const FULL: Size = {
  seconds: 10,
  rounds: 3,
  rates: [5000, 10_000, 15_000, 20_000, 30_000],
  flower: { rates: [500, 2000], seconds: 30 },
};
const QUICK: Size = { seconds: 0.2, rounds: 1, rates: [500, 1000], flower: { rates: [500], seconds: 0.2 } };

/** Behind by more than this is falling behind. */
const LAG_MS = 500;
const DROPPED_MS = 5000;
const EVENTS_PER_TASK = 4;

/** One stretch of publishing, as the reader saw it. */
interface Stretch extends BenchmarkFigures {
  readonly events_per_second: number;
  /** From the end of the publishing until all of it was read. */
  readonly lag_ms: number;
  readonly cpu_ms_per_1000_events: number;
  /** Share of one core. */
  readonly cpu_share: number;
}

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const size = quick ? QUICK : FULL;
  const [first = 0, ...higher] = size.rates;
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const reader = stack.use(await startReading(redis.url));
  await waitUntil(async () => (await reader.state()).connected, { what: "the reader to connect" });
  const publisher = stack.use(await startPublishing(redis.url));
  progress("warm-up");
  await stretch(reader, publisher, first, size.seconds);
  const before = await reader.state({ heap: true });
  const stretches: Stretch[] = [];
  for (let round = 0; round < size.rounds; round++) {
    progress(`${first} events per second, round ${round + 1} of ${size.rounds}`);
    stretches.push(await stretch(reader, publisher, first, size.seconds));
  }
  const after = await reader.state({ heap: true });
  let sustained = first;
  const ramp: Record<string, Stretch> = {};
  for (const rate of higher) {
    progress(`${rate} events per second`);
    const one = await stretch(reader, publisher, rate, size.seconds);
    ramp[`rate_${rate}`] = one;
    // The publisher shares the machine: what it did not reach says nothing about the reader.
    if (one.lag_ms > LAG_MS) break;
    sustained = Math.max(sustained, Math.round(one.events_per_second));
  }
  const { missed } = await reader.state();
  await stack.disposeAsync();
  const beside_flower = await besideFlower(size.flower, progress);
  const share = median(stretches.map((one) => one.cpu_share));
  return {
    targets: [
      { name: `cpu_share_at_${first}_events_per_second_ratio`, value: share, limit: 1 },
      {
        name: `lag_at_${first}_events_per_second_ms`,
        value: Math.max(...stretches.map((one) => one.lag_ms)),
        limit: LAG_MS,
      },
      { name: "heap_growth_ratio", value: after.heapBytes / before.heapBytes, limit: 1.1 },
      { name: "missed_events", value: missed, limit: 0 },
    ],
    figures: {
      cpu_ms_per_1000_events: median(stretches.map((one) => one.cpu_ms_per_1000_events)),
      sustained_events_per_second: sustained,
      heap_mb: { before: before.heapBytes / 1e6, after: after.heapBytes / 1e6 },
      events_read: after.ended * EVENTS_PER_TASK,
      [`rate_${first}`]: stretches.at(-1) ?? {},
      ...ramp,
      beside_flower,
    },
    versions: { "redis-server": await redisVersion(), flower: "2.2.0" },
  };
}

async function stretch(
  reader: EventReading,
  publisher: EventPublishing,
  rate: number,
  seconds: number,
): Promise<Stretch> {
  const began = await reader.state();
  const { tasks, seconds: took } = await publisher.publish(rate, seconds);
  const endedAt = performance.now();
  const isRead = async (): Promise<boolean> => (await reader.state()).ended - began.ended >= tasks;
  const what = `${tasks} tasks to be read`;
  // What Redis has dropped because it piled up is never read: that shows in the events per second, and in what is missed.
  await waitUntil(isRead, { what, timeoutMs: DROPPED_MS, intervalMs: 5 }).catch(() => {});
  const lagMs = performance.now() - endedAt;
  const ended = await reader.state();
  const events = (ended.ended - began.ended) * EVENTS_PER_TASK;
  const cpuMs = ended.cpuMs - began.cpuMs;
  return {
    events_per_second: events / took,
    lag_ms: lagMs,
    cpu_ms_per_1000_events: (1000 * cpuMs) / events,
    cpu_share: cpuMs / (ended.atMs - began.atMs),
  };
}
