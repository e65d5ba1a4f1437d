import type { RingTrack } from "./history-ring.ts";

/** Time over which a rate is taken, in seconds. */
const RATE_SECONDS = 60;

type Counted = "ended" | "failed" | "retried";

/** What was counted over a window that ends now. */
export interface RecentCounts {
  readonly ended: number;
  readonly failed: number;
  readonly retried: number;
}

/** Adds up what a thing's columns count over a window; `undefined` where nobody counted. */
export function countsOver(
  track: RingTrack<Counted>,
  times: readonly number[],
  windowSeconds: number,
): RecentCounts | undefined {
  const last = times.length - 1;
  const first = firstWithin(times, windowSeconds);
  const ended = track.sum("ended", first, last);
  if (ended === undefined) return undefined;
  return {
    ended,
    failed: track.sum("failed", first, last) ?? 0,
    retried: track.sum("retried", first, last) ?? 0,
  };
}

/** Tasks that ended per second over the last minute, or as much of it as was counted. */
export function endedPerSecond(track: RingTrack<Counted>, times: readonly number[]): number | undefined {
  let ended = 0;
  let seconds = 0;
  for (let place = Math.max(1, firstWithin(times, RATE_SECONDS)); place < times.length; place += 1) {
    const count = track.at("ended", place);
    if (count === undefined) continue;
    ended += count;
    seconds += (times[place] ?? 0) - (times[place - 1] ?? 0);
  }
  return seconds <= 0 ? undefined : ended / seconds;
}

/** The first reading of a window: each stands for the time since the one before it. */
function firstWithin(times: readonly number[], windowSeconds: number): number {
  const now = times.at(-1) ?? 0;
  let first = times.length;
  while (first > 0 && now - (times[first - 1] ?? 0) < windowSeconds) first -= 1;
  return first;
}
