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
  const places = placesOver(times, windowSeconds).filter((place) => track.at("ended", place) !== undefined);
  if (places.length === 0) return undefined;
  const sum = (column: Counted): number => places.reduce((total, place) => total + (track.at(column, place) ?? 0), 0);
  return { ended: sum("ended"), failed: sum("failed"), retried: sum("retried") };
}

/** Tasks that ended per second over the last minute, or as much of it as is known. */
export function endedPerSecond(track: RingTrack<Counted>, times: readonly number[]): number | undefined {
  const places = placesOver(times, RATE_SECONDS).filter((place) => place > 0 && track.at("ended", place) !== undefined);
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const seconds = (times[last] ?? 0) - (times[first - 1] ?? 0);
  return seconds <= 0 ? undefined : places.reduce((sum, place) => sum + (track.at("ended", place) ?? 0), 0) / seconds;
}

/** The readings of a window: each stands for the time since the one before it. */
function placesOver(times: readonly number[], windowSeconds: number): readonly number[] {
  const now = times.at(-1) ?? 0;
  return times.flatMap((time, place) => (now - time < windowSeconds ? [place] : []));
}
