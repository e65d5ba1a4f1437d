import { setTimeout as wait } from "node:timers/promises";
import type { UsageReader } from "./measured-window.ts";

/** What a receiver uses while nobody sends anything. */
export interface IdleUsage {
  /** Processor time per second, in milliseconds. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Watches a receiver that has just been started, for so long. */
export async function idleUsage(usage: UsageReader, seconds: number): Promise<IdleUsage> {
  // What starting it left to do.
  await wait(1000);
  const [before, startedAt] = [await usage(), performance.now()];
  await wait(1000 * seconds);
  const [after, passedMs] = [await usage(), performance.now() - startedAt];
  return { cpuMs: (1000 * (after.cpuMs - before.cpuMs)) / passedMs, rssBytes: before.rssBytes };
}
