import type { RawPoint } from "./metric-points.ts";
import { PAYLOAD, type Series } from "./series.ts";
import type { SeriesStorage } from "./series-storage.ts";

/** Reads the series of one instrument for one reader. */
export interface SeriesReader {
  /** The points of the collection at `now`; `lastCollection` is when the same reader collected before. */
  read(lastCollection: number | undefined, now: number): RawPoint[];
}

/** Everything since each series was born. Keeps nothing. */
export class CumulativeSeriesReader implements SeriesReader {
  readonly #storage: SeriesStorage;

  constructor(storage: SeriesStorage) {
    this.#storage = storage;
  }

  read(): RawPoint[] {
    return this.#storage
      .list()
      .filter((series) => series.hasValue)
      .map((series) => ({
        attributes: series.attributes,
        start: series.born,
        payload: payloadOf(series),
        before: undefined,
      }));
  }
}

interface LastSeen {
  readonly payload: Float64Array;
  readonly activity: number;
}

/**
 * What was recorded since this reader last collected. A counter or histogram in which nothing was recorded is reported with that: to a
 * receiver, a series that stands still must not look like one whose process is dead. A series that is removed leaves its unreported rest
 * behind for one last point.
 */
export class DeltaSeriesReader implements SeriesReader {
  readonly #storage: SeriesStorage;
  readonly #isGauge: boolean;
  #seen = new Map<Series, LastSeen>();
  #departed: RawPoint[] = [];
  #collectedAt: number | undefined;

  /** `isGauge`: the last value is reported as it is, not as a difference. */
  constructor(storage: SeriesStorage, isGauge: boolean) {
    this.#storage = storage;
    this.#isGauge = isGauge;
    storage.departures.add((series) => this.#depart(series));
  }

  read(lastCollection: number | undefined, now: number): RawPoint[] {
    const points = this.#departed;
    this.#departed = [];
    this.#collectedAt = now;
    const seen = new Map<Series, LastSeen>();
    for (const series of this.#storage.list()) {
      const last = this.#seen.get(series);
      const { activity } = series;
      if (!series.hasValue) continue;
      if (this.#isGauge && last?.activity === activity) {
        seen.set(series, last);
        continue;
      }
      const payload = payloadOf(series);
      seen.set(series, { payload, activity });
      points.push(this.#point(series, payload, last, lastCollection));
    }
    this.#seen = seen;
    return points;
  }

  /** Bounded like the live series: a storm of removals between two collections must not pile up. */
  #depart(series: Series): void {
    const last = this.#seen.get(series);
    this.#seen.delete(series);
    if (!series.hasValue || series.activity === (last?.activity ?? 0)) return;
    if (this.#departed.length < this.#storage.state.maxSeries) {
      this.#departed.push(this.#point(series, payloadOf(series), last, this.#collectedAt));
    }
  }

  #point(
    series: Series,
    payload: Float64Array,
    last: LastSeen | undefined,
    lastCollection: number | undefined,
  ): RawPoint {
    const start = last === undefined ? series.born : (lastCollection ?? series.born);
    return { attributes: series.attributes, start, payload, before: this.#isGauge ? undefined : last?.payload };
  }
}

function payloadOf({ cells, offset, storage }: Series): Float64Array {
  return cells.slice(offset + PAYLOAD, offset + storage.pages.stride);
}
