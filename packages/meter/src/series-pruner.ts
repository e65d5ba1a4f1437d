import type { Series } from "./series.ts";

interface Sighting {
  readonly activity: number;
  readonly since: number;
}

/** Between two sweeps that a full instrument asks for. */
const SWEEP_PAUSE_MS = 1000;

/**
 * Finds series that nobody has recorded to for a while. It looks when somebody collects and remembers what it saw, so
 * recording pays nothing; idleness is therefore known to the interval between two collections. Bound series are
 * declared and stay.
 */
export class SeriesPruner {
  readonly #idleMs: number;
  readonly #sightings = new Map<Series, Sighting>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  sweep(live: readonly Series[], now: number, remove: (series: Series) => void): void {
    this.#sweptAt = now;
    const idle: Series[] = [];
    for (const series of live) {
      if (series.bound) continue;
      const { activity } = series;
      const seen = this.#sightings.get(series);
      if (seen === undefined || seen.activity !== activity) this.#sightings.set(series, { activity, since: now });
      else if (now - seen.since >= this.#idleMs) idle.push(series);
    }
    for (const series of idle) remove(series);
  }

  /** A sweep out of turn, to make room; at most one a second, because a full instrument may ask at every recording. */
  sweepWhenFull(live: readonly Series[], now: number, remove: (series: Series) => void): void {
    if (now - this.#sweptAt >= SWEEP_PAUSE_MS) this.sweep(live, now, remove);
  }

  forget(series: Series): void {
    this.#sightings.delete(series);
  }
}
