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
    if (fell || bounds.length !== this.#bounds.length) {
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

  /** What was counted lately. */
  get lately(): Shape {
    return { bounds: this.#bounds, counts: this.#now.map((count, index) => count - (this.#older[index] ?? 0)) };
  }

  #begin(atSeconds: number, bounds: readonly number[], counts: readonly number[]): void {
    this.#bounds = bounds;
    this.#older = counts;
    this.#newer = counts;
    this.#newerAt = atSeconds;
  }
}

/**
 * The 95th percentile of several histograms of the same bounds, estimated as Prometheus' `histogram_quantile` does: evenly within its bucket, and the
 * largest bound for what lies beyond it. `undefined` where nothing was counted.
 */
export function p95(windows: readonly Shape[]): number | undefined {
  const [first] = windows;
  if (first === undefined) return undefined;
  const alike = windows.filter(({ bounds }) => bounds.length === first.bounds.length);
  const counts = first.counts.map((_, index) => alike.reduce((sum, { counts: one }) => sum + (one[index] ?? 0), 0));
  const rank = QUANTILE * counts.reduce((sum, count) => sum + count, 0);
  if (rank === 0) return undefined;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    const upper = first.bounds[index];
    if (upper === undefined) return first.bounds.at(-1);
    if (below + count >= rank) {
      const lower = index === 0 ? 0 : (first.bounds[index - 1] ?? 0);
      return lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return undefined;
}
