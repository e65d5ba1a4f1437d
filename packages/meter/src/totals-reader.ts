import { INSTRUMENT_KINDS } from "./sdk-shapes.ts";
import type { SeriesStorage } from "./series-storage.ts";
import { StorageTotals } from "./storage-totals.ts";

/** One series of {@link TotalsSnapshot}. */
export interface SnapshotSeries {
  /** Name of the instrument. */
  readonly instrument: string;
  /** What kind of instrument it is. */
  readonly kind: "counter" | "histogram";
  /** Upper bounds of a histogram's buckets; empty for a counter. */
  readonly bounds: readonly number[];
  /** The label set. */
  readonly attributes: Readonly<Record<string, string | boolean>>;
}

/** What all counters and histograms of a provider have come to. */
export interface TotalsSnapshot {
  /** The series; the same object as long as there are the same ones. Each series is the same object in every shape. */
  readonly shape: readonly SnapshotSeries[];
  /**
   * Their numbers, in the order of the shape, a copy: of a counter its sum; of a histogram its sum, then the count of each bucket by itself,
   * that without an upper bound last.
   */
  readonly cells: Float64Array;
}

/**
 * Reads all that was ever counted: nothing falls and no series leaves. A series that was removed stays with what it came to, and goes on from there
 * when it is born again. For each instrument as many series as twice the provider's limit are told apart; what comes after is added to the overflow series.
 */
export interface TotalsReader {
  /** Copies the totals: a millisecond or two for ten thousand histograms. */
  read(): TotalsSnapshot;
}

/** Reads the totals of the counters and histograms of a provider. */
export class ProviderTotalsReader implements TotalsReader {
  readonly #round: (sum: number) => number;
  readonly #totals: StorageTotals[] = [];
  readonly #names = new Set<string>();
  #shape: readonly SnapshotSeries[] = [];
  #length = 0;

  /** Reads the instruments there are; `round` is applied to each sum. */
  constructor(storages: Iterable<SeriesStorage>, round: (sum: number) => number) {
    this.#round = round;
    for (const storage of storages) this.add(storage);
  }

  /**
   * Reads one more instrument, if it adds up. Two of one name and kind cannot be told apart by whoever adds up: the first one stays, as on a
   * page.
   */
  add(storage: SeriesStorage): void {
    const { name, kind } = storage.descriptor;
    const isHistogram = kind === INSTRUMENT_KINDS.histogram;
    if (!isHistogram && kind !== INSTRUMENT_KINDS.counter) return;
    if (this.#names.has(`${kind} ${name}`)) return;
    this.#names.add(`${kind} ${name}`);
    this.#totals.push(new StorageTotals(storage, isHistogram));
  }

  read(): TotalsSnapshot {
    let isChanged = false;
    for (const totals of this.#totals) if (totals.update()) isChanged = true;
    if (isChanged) {
      this.#shape = this.#totals.flatMap((totals) => totals.shape());
      this.#length = this.#totals.reduce((sum, { length }) => sum + length, 0);
    }
    const cells = new Float64Array(this.#length);
    let at = 0;
    for (const totals of this.#totals) at = totals.copy(cells, at, this.#round);
    return { shape: this.#shape, cells };
  }
}
