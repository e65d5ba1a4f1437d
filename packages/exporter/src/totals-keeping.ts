import type { TaskVitals } from "taskvitals";
import type { EventPositions, EventSources } from "./event-sources.ts";

/** What {@link TotalsKeeping} needs. */
export interface TotalsKeepingOptions {
  readonly vitals: Pick<TaskVitals, "totals">;
  readonly sources: EventSources;
  readonly warn: (message: string) => void;
  /** Takes one line for the operator. */
  readonly info: (message: string) => void;
  /** How long after a start the sources know what ended before it, in milliseconds. Default 15 000: some heartbeats of Celery's workers. */
  readonly settleMs?: number | undefined;
}

const SETTLE_MS = 15_000;

/** What is kept: the totals, and where each source of events was when they were taken. */
interface KeptTotals {
  readonly version: 2;
  readonly totals: ReturnType<TaskVitals["totals"]["read"]>;
  readonly positions: EventPositions;
}

/**
 * Makes one text of the totals and of where the sources are, and goes on from such a text. Both are of the same moment: totals that are
 * older than the positions would leave events out, newer ones would count them twice.
 */
export class TotalsKeeping {
  readonly #options: TotalsKeepingOptions;
  #settling: NodeJS.Timeout | undefined;

  /** Reads nothing yet. */
  constructor(options: TotalsKeepingOptions) {
    this.#options = options;
  }

  /** What to keep now. */
  save(): string {
    const { sources, vitals } = this.#options;
    const kept: KeptTotals = { version: 2, totals: vitals.totals.read(), positions: sources.positions() };
    return JSON.stringify(kept);
  }

  /** Whether something that was kept can be gone on from. */
  static isReadable(kept: string): boolean {
    return parse(kept) !== undefined;
  }

  /**
   * Goes on from what was kept: the totals are there when this returns, the sources start.
   *
   * @param keptAt - when that was, where it is known
   * @throws what a source throws that cannot start
   */
  async begin(kept: string | undefined, keptAt?: Date): Promise<void> {
    const { info, sources, vitals, warn } = this.#options;
    const found = kept === undefined ? undefined : parse(kept);
    if (kept !== undefined && found === undefined)
      warn("The totals that were kept cannot be read and begin at 0 again.");
    const refused = vitals.totals.add(found?.totals ?? []);
    if (refused > 0) warn(`${refused} totals that were kept do not fit this configuration and begin at 0 again.`);
    const { positions = {} } = found ?? {};
    if (found !== undefined) {
      const of = keptAt === undefined ? "" : ` of ${keptAt.toISOString()}`;
      info(`Goes on from the totals${of} that an earlier start kept.`);
    }
    await sources.start(positions);
    if (Object.keys(positions).length > 0) this.#tellMissed(sources.missed);
  }

  /** Says what ended while nobody listened, once the sources can know it. */
  #tellMissed(before: number): void {
    const { info, settleMs = SETTLE_MS, sources } = this.#options;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      const missed = sources.missed - before;
      info(
        missed > 0
          ? `Of what happened before this start, ${missed} events were missed; they are counted as such.`
          : "Of what happened before this start, nothing is known to have been missed.",
      );
    }, settleMs).unref();
  }

  /** Ends the sources. Never rejects. */
  end(): Promise<void> {
    clearTimeout(this.#settling);
    return this.#options.sources.stop();
  }
}

function parse(kept: string): KeptTotals | undefined {
  try {
    const { version, totals, positions } = JSON.parse(kept) as KeptTotals;
    if (version !== 2 || !Array.isArray(totals) || typeof positions !== "object" || positions === null)
      return undefined;
    return { version, totals, positions };
  } catch {
    return undefined;
  }
}
