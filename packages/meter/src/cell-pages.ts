/** A run of cells for some series of one instrument. */
interface CellPage {
  readonly cells: Float64Array;
  /** First cell never handed out. */
  top: number;
  /** Cells handed back, to be used again. */
  readonly freed: number[];
  live: number;
}

const FIRST_PAGE = 4;
const LARGEST_PAGE = 256;

/**
 * Cells for the series of one instrument, in pages that are never moved: a series keeps its page and offset, and
 * growing copies nothing. An empty page is given back to the collector when another has room.
 */
export class CellPages {
  /** Cells per series. */
  readonly stride: number;
  readonly #pages = new Map<Float64Array, CellPage>();
  readonly #roomy: CellPage[] = [];
  #series = FIRST_PAGE;
  #graveyard: Float64Array | undefined;

  constructor(stride: number) {
    this.stride = stride;
  }

  /** Cells set to 0 for one series: the page and the offset of the first. */
  allocate(): { readonly cells: Float64Array; readonly offset: number } {
    let page = this.#roomy.at(-1);
    if (page === undefined) {
      page = { cells: new Float64Array(this.#series * this.stride), top: 0, freed: [], live: 0 };
      this.#series = Math.min(this.#series * 2, LARGEST_PAGE);
      this.#pages.set(page.cells, page);
      this.#roomy.push(page);
    }
    let offset = page.freed.pop();
    if (offset === undefined) {
      offset = page.top;
      page.top += this.stride;
    } else page.cells.fill(0, offset, offset + this.stride);
    page.live++;
    if (page.freed.length === 0 && page.top === page.cells.length) this.#roomy.pop();
    return { cells: page.cells, offset };
  }

  release(cells: Float64Array, offset: number): void {
    const page = this.#pages.get(cells);
    if (page === undefined) return;
    const wasFull = page.freed.length === 0 && page.top === page.cells.length;
    page.live--;
    page.freed.push(offset);
    if (wasFull) this.#roomy.push(page);
    // The last page with room stays even when it is empty: one series that comes and goes must not make a page each
    // time.
    if (page.live > 0 || this.#roomy.length === 1) return;
    this.#pages.delete(cells);
    this.#roomy.splice(this.#roomy.indexOf(page), 1);
  }

  /** Cells that nobody reads: a removed series records there, so that recording needs no test for being alive. */
  get graveyard(): Float64Array {
    this.#graveyard ??= new Float64Array(this.stride);
    return this.#graveyard;
  }
}
