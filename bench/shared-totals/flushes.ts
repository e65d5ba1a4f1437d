import { startRedis } from "../../test/services/index.ts";
import type { BenchmarkContext, BenchmarkFigures } from "../benchmark.ts";
import { median, relativeSpread } from "../statistics.ts";
import { startAsked } from "./asked-process.ts";
import type { WorkCost } from "./worked-stretch.ts";

/** How much is written. */
export interface FlushSize {
  readonly series: number;
  readonly rounds: number;
}

/** What it costs to write a slot of which every series has changed. */
export interface FlushFigures extends BenchmarkFigures {
  readonly ms: number;
  /** The longest stall of the event loop in a flush; the median of all flushes. */
  readonly stall_ms: number;
  readonly cpu_ms: number;
  readonly bytes: number;
  readonly noise_ratio: number;
}

/** Kinds of series: those of tasks are two counters for each histogram. */
export type FlushKind = "tasks" | "counters" | "histograms";

/** Writes slots of every kind. */
export async function costOfFlushes(
  { series, rounds }: FlushSize,
  progress: BenchmarkContext["progress"],
): Promise<Record<FlushKind, FlushFigures>> {
  await using redis = await startRedis();
  const flush = async (kind: FlushKind): Promise<FlushFigures> => {
    progress(`flushes of ${series} changed series: ${kind}`);
    await using worker = await startAsked("counting-server.ts", redis.url);
    const parameters = { kind, series, rounds };
    await worker.ask("/flush", { ...parameters, rounds: Math.ceil(rounds / 2) });
    const { costs, bytes } = await worker.ask<{ costs: WorkCost[]; bytes: number }>("/flush", parameters);
    const times = costs.map(({ ms }) => ms);
    return {
      ms: median(times),
      stall_ms: median(costs.map(({ stallMs }) => stallMs)),
      longest_stall_ms: Math.max(...costs.map(({ stallMs }) => stallMs)),
      cpu_ms: median(costs.map(({ cpuMs }) => cpuMs)),
      bytes,
      noise_ratio: relativeSpread(times),
    };
  };
  return { tasks: await flush("tasks"), counters: await flush("counters"), histograms: await flush("histograms") };
}
