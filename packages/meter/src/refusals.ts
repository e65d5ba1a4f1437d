import { getOrCreate } from "./get-or-create.ts";
/** Why something given to the meter was not taken as it was given. */
export type RefusalReason =
  /** The instrument holds its limit of live label sets; the recording went to the overflow series. */
  | "series_limit"
  /**
   * A number that would poison the series: negative for a counter or histogram, NaN, infinite, or not a number at all.
   */
  | "value"
  /** An attribute whose name is illegal, reserved or clashes, or whose value cannot be written; it was left out. */
  | "attribute"
  /** More label sets observed in one collection than an observable may report; the rest was left out. */
  | "observation_limit"
  /** A metric that cannot share the page with another of the same name, or a duplicate of one of its samples. */
  | "exposition_clash";

/** One refusal, as {@link MeterProviderOptions.onRefused} receives it. */
export interface Refusal {
  /** Name of the instrument, as it was given to the meter. */
  readonly instrument: string;
  /** What kind of refusal it was. */
  readonly reason: RefusalReason;
}

/** A warning, given once per instrument and cause for the life of the provider. */
export interface MeterWarning {
  /** What kind of warning it is: a refusal's reason, or a conflicting or invalid definition of an instrument. */
  readonly code: RefusalReason | "instrument_definition" | "hook";
  /** Name of the instrument concerned. */
  readonly instrument: string;
  /** One sentence for a log; it never holds a label value. */
  readonly message: string;
}

/** Counts every refusal and says each cause once. Nothing here throws: a hook that does is silenced and reported. */
export class Refusals {
  readonly #onWarning: (warning: MeterWarning) => void;
  readonly #onRefused: ((refusal: Refusal) => void) | undefined;
  readonly #counts = new Map<string, Map<RefusalReason, number>>();
  readonly #said = new Set<string>();
  #notifying = false;

  constructor(onWarning: (warning: MeterWarning) => void, onRefused: ((refusal: Refusal) => void) | undefined) {
    this.#onWarning = onWarning;
    this.#onRefused = onRefused;
  }

  /** `cause` separates warnings of one reason; it must come from a bounded set. */
  refuse(instrument: string, reason: RefusalReason, cause: string, message: () => string): void {
    const reasons = getOrCreate(this.#counts, instrument, () => new Map<RefusalReason, number>());
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    this.warn(instrument, reason, cause, message);
    // A hook that counts refusals on an instrument of ours may be refused itself: that is counted here and goes no
    // further.
    if (this.#notifying) return;
    this.#notifying = true;
    try {
      this.#onRefused?.({ instrument, reason });
    } catch (error) {
      this.warn(instrument, "hook", "onRefused", () => `onRefused threw ${describe(error)}`);
    } finally {
      this.#notifying = false;
    }
  }

  warn(instrument: string, code: MeterWarning["code"], cause: string, message: () => string): void {
    const key = `${instrument}\n${code}\n${cause}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    try {
      this.#onWarning({ code, instrument, message: message() });
    } catch {
      // A logger that throws must not reach the code that records.
    }
  }

  count(instrument: string, reason: RefusalReason): number {
    return this.#counts.get(instrument)?.get(reason) ?? 0;
  }
}

/** The name of what was thrown; its message may hold anything, so it stays out of warnings. */
function describe(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
