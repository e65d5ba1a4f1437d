import { SlotCodec, type SlotStore, TotalsExposer } from "@taskvitals/core";
import { type BindableMeterProvider, createMeterProvider } from "@taskvitals/meter";
import type { ProblemLog } from "../problem-log.ts";
import { PageTurn } from "./page-turn.ts";
import { type Scrape, ScrapeRhythm } from "./scrape-rhythm.ts";
import type { DescribedInstruments } from "./shared-meter.ts";
import { rememberMsOf, type SharedTotalsSettings } from "./shared-totals-settings.ts";
import { ShownInTurn } from "./shown-in-turn.ts";
import { TendedTotals } from "./tended-totals.ts";
import { TotalsView } from "./totals-view.ts";
import { type HoldLease, Turn } from "./turn.ts";

/** What {@link ExposedTotals} needs. */
export interface ExposedTotalsOptions {
  readonly settings: SharedTotalsSettings;
  readonly store: SlotStore;
  readonly hold: HoldLease;
  /** Whether the slots are in the memory of this process. */
  readonly keepsSlots: () => boolean;
  readonly described: DescribedInstruments;
  /** Label sets that each instrument of one process may have. */
  readonly maxSeries: number;
  readonly problems: ProblemLog;
}

/** Totals of a platform have the series of all its processes, each of which is bounded itself. */
const MOST_SHOWN = 1_000_000;
/** Label sets that the base keeps of each instrument, in multiples of those of one process. */
const BASE_FACTOR = 10;
const DAY_MS = 24 * 3_600_000;
const PRUNE_IDLE_MS = 7 * DAY_MS;
/** A process that was asked for the totals so long ago, in milliseconds, is asked no more. */
const EXPOSING_MS = 5 * 60_000;
const LEAST_TTL_MS = 10_000;

/** The totals of the platform, as far as this process shows them to somebody. */
export class ExposedTotals {
  /** Provider on which the totals are, and nothing else. */
  readonly shown: BindableMeterProvider;
  readonly view: TotalsView;
  /** What `/metrics` shows of them. */
  readonly onPage: ShownInTurn;
  readonly #options: ExposedTotalsOptions;
  readonly #pageTurn: PageTurn;
  readonly #pushTurn: Turn;
  readonly #asked = new ScrapeRhythm(() => performance.now());
  readonly #tended: TendedTotals;
  #pushWaitMs: number | undefined;

  /** Shows nothing yet, and takes no turns. */
  constructor(options: ExposedTotalsOptions) {
    const { settings, store, hold, keepsSlots, described, maxSeries, problems } = options;
    const { intervalMs, foldAfterMs } = settings;
    const onProblem = problems.report;
    const now = (): number => performance.now();
    this.#options = options;
    const exposer = new TotalsExposer({
      store,
      codec: new SlotCodec(),
      intervalMs,
      foldAfterMs,
      limits: {
        maxSeries: BASE_FACTOR * maxSeries,
        pruneIdleMs: PRUNE_IDLE_MS,
        rememberMs: rememberMsOf(settings),
      },
      elapsed: now,
      now: Date.now,
      onProblem: (message) => onProblem("shared_totals", message),
    });
    this.shown = createMeterProvider({ maxSeries: MOST_SHOWN, onWarning: ({ message }) => problems.warn(message) });
    this.view = new TotalsView({ exposer, shown: this.shown, described, onProblem });
    this.#pageTurn = new PageTurn({ name: "page", hold, now, onProblem });
    this.#pushTurn = new Turn({ name: "push", hold, now, onProblem, waitMs: () => this.#pushWaitMs });
    this.onPage = this.#inTurn(this.#pageTurn);
    this.#tended = new TendedTotals({
      exposer,
      intervalMs,
      isExposing: () =>
        keepsSlots() || this.#asked.quietMs < EXPOSING_MS || this.#pageTurn.isHeld || this.#pushTurn.isHeld,
      onTurn: () => this.#pageTurn.yieldIfIdle(),
      onProblem,
    });
  }

  /** Notes that `/metrics` was scraped. */
  onPageScrape(scrape: Scrape): void {
    if (this.#options.settings.page) this.#pageTurn.onScrape(scrape);
  }

  /** Notes that `/metrics/shared` was scraped. */
  onSharedScrape(scrape: Scrape): void {
    this.#asked.note(scrape);
  }

  /** What a push may have of the totals; takes turns from now on. A push that was begun ends within `timeoutMs`. */
  onPush(timeoutMs: number): ShownInTurn {
    this.#pushWaitMs = timeoutMs;
    this.#pushTurn.join(Math.max(LEAST_TTL_MS, 2 * timeoutMs));
    return this.#inTurn(this.#pushTurn);
  }

  /** Gives every turn away. Never rejects. */
  async end(): Promise<void> {
    this.#tended.end();
    await Promise.all([this.#pageTurn.end(), this.#pushTurn.end()]);
  }

  #inTurn(turn: { readonly isOurs: boolean }): ShownInTurn {
    return new ShownInTurn({ turn, view: this.view, shown: this.shown });
  }
}
