import type { LabelSet } from "./label-sets.ts";
import type { SeriesStorage } from "./series-storage.ts";

/** First cell of every series: when it was born, in milliseconds since the epoch. */
export const BORN = 0;
/** Second cell: what the series' {@link Series.mark} was when its text was last rendered. */
export const RENDERED = 1;
/** First cell that belongs to the kind of instrument. */
export const PAYLOAD = 2;

/**
 * One label set of a synchronous instrument: the handle that `bind` returns and the place where unbound recordings end
 * as well. Its numbers lie in `cells` from `offset` on.
 */
export abstract class Series {
  readonly storage: SeriesStorage;
  readonly attributes: Readonly<Record<string, string | boolean>>;
  /** The labels on a page, without braces. */
  readonly labels: string;
  cells: Float64Array;
  offset: number;
  /** Place in the storage's list; −1 for the overflow series and for a removed one. */
  place = -1;
  /** A bound series is declared: pruning leaves it alone. */
  bound = false;
  /** The sample values as last rendered, one line each; `""` before that. */
  text = "";

  constructor(storage: SeriesStorage, set: Pick<LabelSet, "text"> & { attributes: Series["attributes"] }) {
    this.storage = storage;
    this.attributes = set.attributes;
    this.labels = set.text;
    const { cells, offset } = storage.pages.allocate();
    this.cells = cells;
    this.offset = offset;
    cells[offset + BORN] = storage.now();
    cells[offset + RENDERED] = Number.NaN;
  }

  get born(): number {
    return this.cells[this.offset + BORN] as number;
  }

  /** A cell of the payload. */
  at(index: number): number {
    return this.cells[this.offset + PAYLOAD + index] as number;
  }

  /** A number that differs whenever the values may differ: the renderer's sign that the text is still good. */
  abstract get mark(): number;

  /** A number that grows with every recording: the pruner's and the delta readers' sign of life. */
  get activity(): number {
    return this.mark;
  }

  /** A series without a value has no sample: a gauge before its first recording. */
  get hasValue(): boolean {
    return true;
  }

  /** Removes the series; further recordings through this handle go nowhere. The overflow series stays. */
  remove(): void {
    this.storage.remove(this);
  }

  /** Called by the storage: the cells go back, and what the handle records from now on is read by nobody. */
  bury(): void {
    const { cells, offset } = this;
    this.cells = this.storage.pages.graveyard;
    this.offset = 0;
    this.text = "";
    this.place = -1;
    this.storage.pages.release(cells, offset);
  }
}
