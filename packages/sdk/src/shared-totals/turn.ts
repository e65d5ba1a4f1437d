import { errorType, type ProblemListener, TaskVitalsError } from "@taskvitals/core";
import type { TotalsKeeper, TotalsLease } from "@taskvitals/redis";

/** Takes part in the lease of this name; the lease holds for `ttlMs` without a sign of its holder. */
export type HoldLease = (name: string, ttlMs: number, keeper: TotalsKeeper) => Promise<TotalsLease>;

/** What {@link Turn} needs. */
export interface TurnOptions {
  /** Name of the lease. */
  readonly name: string;
  readonly hold: HoldLease;
  /**
   * How long, in milliseconds, after the lease has become ours what the last holder showed may still be looked at; `undefined` while that is not known.
   */
  readonly waitMs: () => number | undefined;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly onProblem: ProblemListener;
}

/** Of all processes that take part one has its turn at a time, and between two turns it is nobody's. */
export class Turn {
  readonly #options: TurnOptions;
  #lease: TotalsLease | undefined;
  #opening: Promise<void> | undefined;
  #acquiredAt: number | undefined;
  #isEnded = false;

  /** Does not take part yet. */
  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Whether it is our turn at this moment. */
  get isOurs(): boolean {
    if (this.#lease?.isHeld !== true || this.#acquiredAt === undefined) return false;
    const waitMs = this.#options.waitMs();
    return waitMs !== undefined && this.#options.now() - this.#acquiredAt >= waitMs;
  }

  /** Whether the lease is ours, though it may not be our turn yet. */
  get isHeld(): boolean {
    return this.#lease?.isHeld === true;
  }

  /** Takes part from now on. Does nothing when it does already. */
  join(ttlMs: number): void {
    if (this.#isEnded || this.#opening !== undefined) return;
    this.#opening = this.#open(Math.round(ttlMs));
  }

  /** Takes part no longer, until `join` is called again; the lease is given away at once. Never rejects. */
  async leave(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    await opening;
    const lease = this.#lease;
    this.#lease = undefined;
    this.#acquiredAt = undefined;
    await lease?.shutdown();
    if (this.#opening === opening) this.#opening = undefined;
  }

  /** As `leave`, for good. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.leave();
  }

  async #open(ttlMs: number): Promise<void> {
    const { name, hold, now, onProblem } = this.#options;
    try {
      this.#lease = await hold(name, ttlMs, {
        acquired: () => {
          this.#acquiredAt = now();
        },
        lost: () => {
          this.#acquiredAt = undefined;
        },
        // Who comes next reads the totals itself.
        save: () => "",
      });
    } catch (error) {
      const reason = error instanceof TaskVitalsError ? error.message : `(${errorType(error)})`;
      onProblem("shared_totals", `This process cannot take turns in showing the shared totals. ${reason}`);
    }
  }
}
