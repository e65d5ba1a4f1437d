import { BUCKETS, SUM } from "./histogram.ts";
import { PAYLOAD, type Series } from "./series.ts";
import { OVERFLOW, type SeriesStorage } from "./series-storage.ts";
import type { SnapshotSeries } from "./totals-reader.ts";

/** What one label set has ever come to. */
interface Total {
  /** As it stands in every shape: the same object. */
  readonly series: SnapshotSeries;
  /** The series that count for it now: one, none when it was removed, or several where it is the overflow. */
  readonly live: Series[];
  /** What removed series had come to. */
  departed: Float64Array | undefined;
}

/** Label sets that are told apart, in multiples of the live ones that an instrument may have. */
const LIMIT_FACTOR = 2;

/** All that the series of one counter or histogram ever came to, those that are removed included. */
export class StorageTotals {
  readonly #storage: SeriesStorage;
  readonly #isHistogram: boolean;
  readonly #width: number;
  readonly #totals: Total[] = [];
  readonly #byLabels = new Map<string, Total>();
  readonly #bySeries = new Map<Series, Total>();
  #births = -1;
  #isChanged = true;

  /** From now on the storage tells it of each series that is removed. */
  constructor(storage: SeriesStorage, isHistogram: boolean) {
    this.#storage = storage;
    this.#isHistogram = isHistogram;
    this.#width = isHistogram ? storage.descriptor.bounds.length + 2 : 1;
    storage.departures.add((series) => this.#depart(series));
  }

  /** Cells of all label sets together. */
  get length(): number {
    return this.#totals.length * this.#width;
  }

  shape(): SnapshotSeries[] {
    return this.#totals.map(({ series }) => series);
  }

  /** Takes in the series that were born; answers whether there are label sets that were not there at the last call. */
  update(): boolean {
    if (this.#births !== this.#storage.births) {
      this.#births = this.#storage.births;
      for (const series of this.#storage.list()) this.#totalOf(series);
    }
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return isChanged;
  }

  /** Writes the cells from `at` on; answers where they end. */
  copy(into: Float64Array, at: number, round: (sum: number) => number): number {
    let place = at;
    for (const { live, departed } of this.#totals) {
      if (departed === undefined && live.length === 1) this.#copy(live[0] as Series, into, place);
      else {
        if (departed !== undefined) into.set(departed, place);
        for (const series of live) this.#add(series, into, place);
      }
      into[place] = round(into[place] as number);
      place += this.#width;
    }
    return place;
  }

  /** The usual case. */
  #copy({ cells, offset }: Series, into: Float64Array, at: number): void {
    const payload = offset + PAYLOAD;
    if (!this.#isHistogram) {
      into[at] = cells[payload] as number;
      return;
    }
    into[at] = cells[payload + SUM] as number;
    const first = payload + BUCKETS;
    for (let bucket = 0; bucket < this.#width - 1; bucket++) into[at + 1 + bucket] = cells[first + bucket] as number;
  }

  #add({ cells, offset }: Series, into: Float64Array, at: number): void {
    const payload = offset + PAYLOAD;
    if (!this.#isHistogram) {
      into[at] = (into[at] as number) + (cells[payload] as number);
      return;
    }
    into[at] = (into[at] as number) + (cells[payload + SUM] as number);
    for (let bucket = 0; bucket < this.#width - 1; bucket++) {
      into[at + 1 + bucket] = (into[at + 1 + bucket] as number) + (cells[payload + BUCKETS + bucket] as number);
    }
  }

  #totalOf(series: Series): Total {
    const known = this.#bySeries.get(series);
    if (known !== undefined) return known;
    const total = this.#byLabels.get(series.labels) ?? this.#birth(series);
    total.live.push(series);
    this.#bySeries.set(series, total);
    return total;
  }

  #birth({ labels, attributes }: Series): Total {
    const isOverflow = labels === OVERFLOW.text;
    const isFull = this.#totals.length >= LIMIT_FACTOR * this.#storage.state.maxSeries;
    if (isFull && !isOverflow) return this.#byLabels.get(OVERFLOW.text) ?? this.#create(OVERFLOW);
    return this.#create({ text: labels, attributes });
  }

  #create({ text, attributes }: { readonly text: string; readonly attributes: SnapshotSeries["attributes"] }): Total {
    const { name, bounds } = this.#storage.descriptor;
    const series: SnapshotSeries = this.#isHistogram
      ? { instrument: name, kind: "histogram", bounds, attributes }
      : { instrument: name, kind: "counter", bounds: [], attributes };
    const total = { series, live: [], departed: undefined };
    this.#totals.push(total);
    this.#byLabels.set(text, total);
    this.#isChanged = true;
    return total;
  }

  #depart(series: Series): void {
    // It may have been born since the last look.
    const total = this.#totalOf(series);
    total.departed ??= new Float64Array(this.#width);
    this.#add(series, total.departed, 0);
    total.live.splice(total.live.indexOf(series), 1);
    this.#bySeries.delete(series);
  }
}
