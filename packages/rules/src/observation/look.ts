import type { Rises } from "./counter-rises.ts";
import type { InstantFacts } from "./instant-facts.ts";

/** One look at everything. */
export interface Look {
  /** When, in Unix seconds. */
  readonly atSeconds: number;
  /** What it showed. */
  readonly facts: InstantFacts;
  /** What was counted since the look before. */
  readonly rises: Rises;
}

/** A single look may fail where a server is busy: what was known this many looks ago still counts. */
const STILL_KNOWN = 3;

/** The looks that may stand for now, the last one first. */
export function latest(looks: readonly Look[]): readonly Look[] {
  return looks.slice(-STILL_KNOWN).toReversed();
}
