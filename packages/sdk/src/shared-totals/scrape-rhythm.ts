/** One scrape, as far as it tells how often there are any. */
export interface Scrape {
  /** Address of who scrapes; empty where it is not known. */
  readonly from: string;
  /** How long the scraper waits, in milliseconds. */
  readonly timeoutMs: number;
}

interface Scraper {
  lastAt: number;
  timeoutMs: number;
  readonly gaps: number[];
}

const GAPS_KEPT = 4;
const MOST_SCRAPERS = 32;
/** A longer pause is none between scrapes of one interval. */
const LONGEST_GAP_MS = 600_000;
/** Two requests of somebody at a browser, or a retry. */
const SHORTEST_GAP_MS = 500;

/** How often this process is scraped, as observed: by several scrapers, the slowest counts. */
export class ScrapeRhythm {
  readonly #now: () => number;
  readonly #scrapers = new Map<string, Scraper>();
  #lastAt: number | undefined;

  /** Takes a monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a scrape that came now. */
  note({ from, timeoutMs }: Scrape): void {
    const now = this.#now();
    this.#lastAt = now;
    const known = this.#scrapers.get(from);
    if (known === undefined) {
      this.#forget(now);
      if (this.#scrapers.size < MOST_SCRAPERS) this.#scrapers.set(from, { lastAt: now, timeoutMs, gaps: [] });
      return;
    }
    const gap = now - known.lastAt;
    known.timeoutMs = timeoutMs;
    if (gap < SHORTEST_GAP_MS) return;
    known.lastAt = now;
    if (gap > LONGEST_GAP_MS) known.gaps.length = 0;
    else known.gaps.push(gap);
    if (known.gaps.length > GAPS_KEPT) known.gaps.shift();
  }

  /** The longest time between two scrapes of one scraper, lately; `undefined` until somebody came twice. */
  get intervalMs(): number | undefined {
    const gaps = [...this.#scrapers.values()].flatMap((scraper) => scraper.gaps);
    return gaps.length === 0 ? undefined : Math.max(...gaps);
  }

  /** The longest that one of them waits, in milliseconds; 0 before the first. */
  get timeoutMs(): number {
    return Math.max(0, ...[...this.#scrapers.values()].map((scraper) => scraper.timeoutMs));
  }

  /** How long ago the last scrape was, in milliseconds; infinite before the first. */
  get quietMs(): number {
    return this.#lastAt === undefined ? Number.POSITIVE_INFINITY : this.#now() - this.#lastAt;
  }

  /** Forgets every scraper: what comes next is observed anew. */
  clear(): void {
    this.#scrapers.clear();
    this.#lastAt = undefined;
  }

  #forget(now: number): void {
    for (const [from, { lastAt }] of this.#scrapers) {
      if (now - lastAt > LONGEST_GAP_MS) this.#scrapers.delete(from);
    }
  }
}
