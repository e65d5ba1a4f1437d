import type { ProblemListener, TotalsExposer } from "@taskvitals/core";
import { reasonOf } from "./slot-flushes.ts";

/** What {@link TendedTotals} needs. */
export interface TendedTotalsOptions {
  readonly exposer: Pick<TotalsExposer, "tend">;
  readonly intervalMs: number;
  /** Whether this process shows the totals to somebody: only then has it something to lose. */
  readonly isExposing: () => boolean;
  /** Called each time, whether it exposes or not. Must not reject. */
  readonly onTurn: () => Promise<void>;
  readonly onProblem: ProblemListener;
}

/** Makes the store whole, once per interval, while this process shows the totals. Its timer never keeps the process alive. */
export class TendedTotals {
  readonly #options: TendedTotalsOptions;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  /** Begins after one interval. */
  constructor(options: TendedTotalsOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Ends it; what is under way may still end. */
  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    // Several exposers that began together would all write the same.
    const ms = this.#options.intervalMs * (0.9 + 0.2 * Math.random());
    this.#timer = setTimeout(() => void this.#turn(), ms).unref();
  }

  async #turn(): Promise<void> {
    const { exposer, isExposing, onTurn, onProblem } = this.#options;
    try {
      if (isExposing()) await exposer.tend();
    } catch (error) {
      onProblem("shared_totals", `The store of the shared totals could not be made whole. ${reasonOf(error)}`);
    }
    await onTurn();
    if (!this.#isEnded) this.#schedule();
  }
}
