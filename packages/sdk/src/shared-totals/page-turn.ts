import type { ProblemListener } from "@taskvitals/core";
import { type Scrape, ScrapeRhythm } from "./scrape-rhythm.ts";
import { type HoldLease, Turn } from "./turn.ts";

/** What {@link PageTurn} needs. */
export interface PageTurnOptions {
  /** Name of the lease. */
  readonly name: string;
  readonly hold: HoldLease;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly onProblem: ProblemListener;
}

const LEAST_TTL_MS = 10_000;
const MOST_TTL_MS = 600_000;
/**
 * Lease in multiples of scrape interval and time-out together. With it a gap stays below two leases and an interval: a lease that runs out, a quarter
 * of one until somebody takes it, the wait, and an interval until the next scrape.
 */
const TTL_FACTOR = 1.4;
/** Scrapes that fail to come before somebody else is let in. */
const MISSED_SCRAPES = 3;
/** A page that was asked for less recently than this, in milliseconds, may have lost its scraper. */
const LEAST_QUIET_MS = 60_000;

/**
 * Decides whether the page of this process has the shared totals: of all processes that are scraped one has its turn. The next one begins an observed
 * scrape interval and time-out after the lease became its own: by then a scraper has noticed that the last holder shows them no more.
 */
export class PageTurn {
  readonly #rhythm: ScrapeRhythm;
  readonly #turn: Turn;

  /** Takes part once the page was scraped twice. */
  constructor({ name, hold, now, onProblem }: PageTurnOptions) {
    const rhythm = new ScrapeRhythm(now);
    this.#rhythm = rhythm;
    this.#turn = new Turn({
      name,
      hold,
      now,
      onProblem,
      waitMs: () => (rhythm.intervalMs === undefined ? undefined : rhythm.intervalMs + rhythm.timeoutMs),
    });
  }

  /** Whether the page may have the totals at this moment. */
  get isOurs(): boolean {
    return this.#turn.isOurs;
  }

  /** Whether the lease is ours, though it may not be our turn yet. */
  get isHeld(): boolean {
    return this.#turn.isHeld;
  }

  /** Notes a scrape of the page. */
  onScrape(scrape: Scrape): void {
    this.#rhythm.note(scrape);
    const { intervalMs, timeoutMs } = this.#rhythm;
    if (intervalMs === undefined) return;
    this.#turn.join(Math.min(MOST_TTL_MS, Math.max(LEAST_TTL_MS, TTL_FACTOR * (intervalMs + timeoutMs))));
  }

  /** Lets somebody else in when nobody scrapes this page any more; to be called now and then. */
  async yieldIfIdle(): Promise<void> {
    const { intervalMs = 0, quietMs } = this.#rhythm;
    if (quietMs <= Math.max(LEAST_QUIET_MS, MISSED_SCRAPES * intervalMs)) return;
    this.#rhythm.clear();
    await this.#turn.leave();
  }

  /** Gives the lease away. Never rejects. */
  end(): Promise<void> {
    return this.#turn.end();
  }
}
