import { setTimeout as wait } from "node:timers/promises";
import { median } from "../statistics.ts";
import type { ProcessUsage } from "./process-usage.ts";
import type { RunningWorkers } from "./running-workers.ts";

/** How long is measured. */
export interface WindowSize {
  /** Intervals before the first window that counts: connections, the compiler, series that are new. */
  readonly warmUps: number;
  /** Windows; the median of them is the figure. */
  readonly rounds: number;
  /** Length of each. */
  readonly seconds: number;
}

/** What happened per second: the median of several windows. */
export interface Rates<Receiver extends string> {
  /** Of the process of all workers. */
  readonly workerCpuMs: number;
  readonly bytes: number;
  readonly exchanges: number;
  readonly failures: number;
  /** Of each receiver. */
  readonly cpuMs: Readonly<Record<Receiver, number>>;
  /** Resident memory of each receiver at the end, in bytes; not a rate. */
  readonly rssBytes: Readonly<Record<Receiver, number>>;
}

/** Says what a process has used so far. */
export type UsageReader = () => ProcessUsage | Promise<ProcessUsage>;

/** Watches workers and the processes that receive from them. */
export async function measureRates<Receiver extends string>(
  workers: RunningWorkers,
  receivers: Readonly<Record<Receiver, UsageReader>>,
  { warmUps, rounds, seconds }: WindowSize,
): Promise<Rates<Receiver>> {
  await wait(warmUps * workers.intervalMs);
  const names = Object.keys(receivers) as Receiver[];
  const look = async () => {
    const used = {} as Record<Receiver, ProcessUsage>;
    for (const name of names) used[name] = await receivers[name]();
    return { at: performance.now(), workers: await workers.usage(), used };
  };
  const looks = [await look()];
  for (let round = 0; round < rounds; round++) {
    await wait(1000 * seconds);
    looks.push(await look());
  }
  const rate = (of: (one: (typeof looks)[number]) => number): number =>
    median(
      looks.slice(1).map((after, index) => {
        const before = looks[index] as (typeof looks)[number];
        return (1000 * (of(after) - of(before))) / (after.at - before.at);
      }),
    );
  const last = looks.at(-1) as (typeof looks)[number];
  const each = (of: (name: Receiver) => number) =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Receiver, number>;
  return {
    workerCpuMs: rate((one) => one.workers.cpuMs),
    bytes: rate((one) => one.workers.bytes),
    exchanges: rate((one) => one.workers.exchanges),
    failures: rate((one) => one.workers.failures),
    cpuMs: each((name) => rate((one) => one.used[name].cpuMs)),
    rssBytes: each((name) => last.used[name].rssBytes),
  };
}
