/** Bounds of a {@link HistoryRing}. */
export interface RingLimits {
  /** Readings that it keeps. */
  readonly slots: number;
  /** Things whose columns it keeps; those that come later have none. */
  readonly tracks: number;
}

/** The columns of one thing. */
export interface RingTrack<Column extends string> {
  /** What a reading said, by its place among those that are kept, the oldest at 0; `undefined` where it said nothing. */
  at(column: Column, place: number): number | undefined;
  /** Adds up what the readings of these places said, both included; `undefined` where none said anything. */
  sum(column: Column, first: number, last: number): number | undefined;
  /** The least that one of them said; `undefined` where none said anything. */
  least(column: Column, first: number, last: number): number | undefined;
}

/** Bytes of one value. */
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * The last readings, as one column of numbers per thing and quantity. Its memory is bounded: `slots` times 4 bytes per column, of `tracks` things at most.
 * What nobody said at a reading is `NaN` in it.
 */
export class HistoryRing<Column extends string> {
  readonly #limits: RingLimits;
  readonly #columns: readonly Column[];
  readonly #times: Float64Array;
  readonly #tracks = new Map<string, { readonly values: Float32Array; touched: number }>();
  /** Readings ever taken; the newest is at the index before, modulo the slots. */
  #taken = 0;
  #ordered: readonly number[] | undefined;

  /** Keeps nothing yet. */
  constructor(columns: readonly Column[], limits: RingLimits) {
    this.#columns = columns;
    this.#limits = limits;
    this.#times = new Float64Array(limits.slots);
  }

  /** Bytes that the columns take now. */
  get bytes(): number {
    return this.#times.byteLength + this.#tracks.size * this.#columns.length * this.#limits.slots * BYTES;
  }

  /** When each reading was taken, in Unix seconds, oldest first. */
  get times(): readonly number[] {
    const { slots } = this.#limits;
    const count = Math.min(this.#taken, slots);
    this.#ordered ??= Array.from({ length: count }, (_, nth) => this.#times[(this.#taken - count + nth) % slots] ?? 0);
    return this.#ordered;
  }

  /** Begins the next reading: everything of it is unknown until it is set. What was not set for a whole round is forgotten. */
  begin(atSeconds: number): void {
    const { slots } = this.#limits;
    const index = this.#taken % slots;
    this.#times[index] = atSeconds;
    this.#taken += 1;
    this.#ordered = undefined;
    for (const [key, track] of this.#tracks) {
      if (this.#taken - track.touched >= slots) this.#tracks.delete(key);
      else
        for (let column = 0; column < this.#columns.length; column += 1)
          track.values[column * slots + index] = Number.NaN;
    }
  }

  /** Forgets everything, as after the clock was set back. */
  clear(): void {
    this.#taken = 0;
    this.#ordered = undefined;
    this.#tracks.clear();
  }

  /** Sets what the newest reading says of a thing. Without effect where there are too many things. */
  set(key: string, values: Readonly<Partial<Record<Column, number | undefined>>>): void {
    const { slots, tracks } = this.#limits;
    let track = this.#tracks.get(key);
    if (track === undefined) {
      if (this.#tracks.size >= tracks) return;
      track = { values: new Float32Array(this.#columns.length * slots).fill(Number.NaN), touched: 0 };
      this.#tracks.set(key, track);
    }
    track.touched = this.#taken;
    const index = (this.#taken - 1) % slots;
    for (const [column, name] of this.#columns.entries()) {
      const value = values[name];
      if (value !== undefined) track.values[column * slots + index] = value;
    }
  }

  /** Reads the columns of a thing, by the place of a reading in {@link times}; `undefined` for a thing that it does not keep. */
  track(key: string): RingTrack<Column> | undefined {
    const values = this.#tracks.get(key)?.values;
    if (values === undefined) return undefined;
    const { slots } = this.#limits;
    const begin = this.#taken - Math.min(this.#taken, slots);
    const valueAt = (offset: number, place: number): number => values[offset + ((begin + place) % slots)] ?? Number.NaN;
    const offsetOf = (column: Column): number => this.#columns.indexOf(column) * slots;
    return {
      at: (column, place) => known(valueAt(offsetOf(column), place)),
      sum: (column, first, last) => {
        const offset = offsetOf(column);
        let sum = Number.NaN;
        for (let place = first; place <= last; place += 1) {
          const value = valueAt(offset, place);
          if (!Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
        }
        return known(sum);
      },
      least: (column, first, last) => {
        const offset = offsetOf(column);
        let least = Number.NaN;
        for (let place = first; place <= last; place += 1) {
          const value = valueAt(offset, place);
          if (!(value >= least)) least = Number.isNaN(value) ? least : value;
        }
        return known(least);
      },
    };
  }
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
