import type { HistogramSample } from "./live-reading.ts";

/** How long a mark stands, in seconds: a quantile is of the last one to two times that. */
const MARK_SECONDS = 60;
/** Of a hundred, as many as do not exceed it. */
const QUANTILE = 0.95;

type Shape = Pick<HistogramSample, "bounds" | "counts">;

/** What a histogram counted lately: the difference from a mark that is one to two minutes old. */
export class DurationWindow {
  #bounds: readonly number[] = [];
  #older: readonly number[] = [];
  #newer: readonly number[] = [];
  #newerAt = 0;
  #now: readonly number[] = [];

  /**
   * Begins where the counts are now.
   *
   * @param isNew - whether the series was born since the look before, at 0
   */
  constructor(atSeconds: number, { bounds, counts }: Shape, isNew: boolean) {
    this.#begin(atSeconds, bounds, isNew ? counts.map(() => 0) : counts);
    this.#now = counts;
  }

  /** Takes the counts of the next look. A histogram that fell, or has other bounds, began anew. */
  add(atSeconds: number, { bounds, counts }: Shape): void {
    const fell = counts.some((count, index) => count < (this.#now[index] ?? 0));
    // The clock of a machine may be set back.
    if (atSeconds < this.#newerAt) this.#newerAt = atSeconds;
    if (fell || !isSame(bounds, this.#bounds)) {
      this.#begin(
        atSeconds,
        bounds,
        counts.map(() => 0),
      );
    } else if (atSeconds - this.#newerAt >= MARK_SECONDS) {
      this.#older = this.#newer;
      this.#newer = this.#now;
      this.#newerAt = atSeconds;
    }
    this.#now = counts;
  }

  /** Upper bounds, without infinity. */
  get bounds(): readonly number[] {
    return this.#bounds;
  }

  /** Adds what was counted lately to counts of the same bounds. */
  addTo(sums: number[]): void {
    for (const [index, count] of this.#now.entries())
      sums[index] = (sums[index] ?? 0) + count - (this.#older[index] ?? 0);
  }

  #begin(atSeconds: number, bounds: readonly number[], counts: readonly number[]): void {
    this.#bounds = bounds;
    this.#older = counts;
    this.#newer = counts;
    this.#newerAt = atSeconds;
  }
}

/** The 95th percentile of several histograms: of those that have the bounds of the first one. `undefined` where nothing was counted. */
export function recentP95(windows: readonly DurationWindow[]): number | undefined {
  const [first] = windows;
  if (first === undefined) return undefined;
  const sums: number[] = [];
  for (const window of windows) if (isSame(window.bounds, first.bounds)) window.addTo(sums);
  return p95(first.bounds, sums);
}

/**
 * The 95th percentile, estimated as Prometheus' `histogram_quantile` does: evenly within its bucket, and the largest bound for what lies beyond it. `undefined`
 * where nothing was counted.
 *
 * @param counts - observations per bucket, not added up; the last one is beyond all bounds
 */
export function p95(bounds: readonly number[], counts: readonly number[]): number | undefined {
  const rank = QUANTILE * counts.reduce((sum, count) => sum + count, 0);
  if (rank === 0) return undefined;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    const upper = bounds[index];
    if (upper === undefined) return bounds.at(-1);
    if (below + count >= rank) {
      const lower = index === 0 ? 0 : (bounds[index - 1] ?? 0);
      return lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return undefined;
}

function isSame(bounds: readonly number[], others: readonly number[]): boolean {
  return (
    bounds === others || (bounds.length === others.length && bounds.every((bound, index) => bound === others[index]))
  );
}
