import { setTimeout } from "node:timers/promises";
import { startRedis } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { computationOf } from "./live-page/computation.ts";
import { type MeasuredProcess, startMeasured } from "./live-page/measured-process.ts";
import { redisVersion } from "./redis-version.ts";
import { interleave } from "./rounds.ts";
import { median, relativeSpread } from "./statistics.ts";

/** What the live page costs the process that shows it: while nobody looks, while ten do, and beside one without it. */
export const benchmark: Benchmark = {
  name: "live-page",
  describe: "What does the live page cost its process, while nobody looks and while ten do?",
  packages: ["taskvitals"],
  run: measure,
};

/** Streams that are open where somebody looks. */
const STREAMS = 10;

/** How much work a run is. */
interface Size {
  readonly rounds: number;
  /** Of one sample of recording; longer than a tick, so that each has one. */
  readonly recordSeconds: number;
  readonly idleSeconds: number;
  readonly queues: readonly number[];
  readonly ticks: number;
}

const FULL: Size = { rounds: 9, recordSeconds: 5, idleSeconds: 60, queues: [10, 100, 1000], ticks: 200 };
const QUICK: Size = { rounds: 1, recordSeconds: 0.1, idleSeconds: 0.1, queues: [1, 2, 3], ticks: 20 };

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const size = quick ? QUICK : FULL;
  await using redis = await startRedis();
  const recorded = await recording(redis.url, size, progress);
  const idle = await idling(redis.url, size, progress);
  const most = quick ? 10 : 1000;
  const computation = computationOf(most, size.ticks);
  const rate = (name: string): number => median(recorded[name] ?? []);
  return {
    targets: [
      { name: "record_time_ratio_of_page_to_none", value: rate("off") / rate("on"), limit: 1.02 },
      { name: "record_time_ratio_of_ten_streams_to_none", value: rate("off") / rate("watched"), limit: 1.02 },
      { name: `compute_state_${most}_queues_ms`, value: Number(computation.compute_state_ms), limit: 100 },
      { name: `ring_${most}_queues_bytes`, value: Number(computation.ring_bytes), limit: 12_000_000 },
    ],
    figures: {
      recording: Object.fromEntries(
        Object.entries(recorded).map(([name, values]): [string, BenchmarkFigures] => [
          name,
          { tasks_per_second: median(values), noise_ratio: relativeSpread(values) },
        ]),
      ),
      page_cpu_ms_per_minute: idle,
      [`computation_${most}_queues`]: computation,
    },
    versions: { "redis-server": await redisVersion() },
  };
}

async function recording(
  redisUrl: string,
  { recordSeconds, rounds }: Size,
  progress: BenchmarkContext["progress"],
): Promise<Record<string, number[]>> {
  await using stack = new AsyncDisposableStack();
  const off = stack.use(await startMeasured(redisUrl, 10, "off"));
  const on = stack.use(await startMeasured(redisUrl, 10, "on"));
  const watched = stack.use(await startMeasured(redisUrl, 10, "on"));
  await watched.look(STREAMS);
  const sample = (measured: MeasuredProcess) => () => measured.ask({ ask: "record", seconds: recordSeconds });
  // Awaited here: the processes end with this function.
  return await interleave({ off: sample(off), on: sample(on), watched: sample(watched) }, { rounds, progress });
}

/** Processor time of a process that does nothing else, less that of one without the page. */
async function idling(
  redisUrl: string,
  { idleSeconds, queues }: Size,
  progress: BenchmarkContext["progress"],
): Promise<BenchmarkFigures> {
  await using stack = new AsyncDisposableStack();
  const perMinute = async (measured: readonly MeasuredProcess[]): Promise<number[]> => {
    const cpu = (): Promise<number[]> => Promise.all(measured.map((one) => one.ask({ ask: "cpu" })));
    const before = await cpu();
    await setTimeout(1000 * idleSeconds);
    const after = await cpu();
    return after.map((ms, nth) => ((ms - (before[nth] ?? 0)) * 60) / idleSeconds);
  };
  const off = stack.use(await startMeasured(redisUrl, 10, "off"));
  const on: MeasuredProcess[] = [];
  for (const count of queues) on.push(stack.use(await startMeasured(redisUrl, count, "on")));
  // What starting takes is no part of it.
  await setTimeout(100 * idleSeconds);
  progress(`nobody looks, for ${idleSeconds} s`);
  const [none = 0, ...ring] = await perMinute([off, ...on]);
  for (const one of on) await one.look(STREAMS);
  progress(`${STREAMS} look at each, for ${idleSeconds} s`);
  const [noneAgain = 0, ...watched] = await perMinute([off, ...on]);
  const named = (values: readonly number[], less: number): BenchmarkFigures =>
    Object.fromEntries(queues.map((count, nth) => [`queues_${count}`, (values[nth] ?? 0) - less]));
  return { nobody_looks: named(ring, none), ten_streams: named(watched, noneAgain) };
}
