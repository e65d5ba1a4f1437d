import { CounterRises } from "./counter-rises.ts";
import { instantFacts } from "./instant-facts.ts";
import type { Look } from "./look.ts";
import type { Sample } from "./sample.ts";

/** The looks of the time that is watched. What is older is forgotten. */
export class WatchHistory {
  readonly #spanSeconds: number;
  readonly #rises = new CounterRises();
  #looks: Look[] = [];

  /** @param spanSeconds - how far back it remembers */
  constructor(spanSeconds: number) {
    this.#spanSeconds = spanSeconds;
  }

  /** The looks, in their order. */
  get looks(): readonly Look[] {
    return this.#looks;
  }

  /** Time between the first and the last look, in seconds. */
  get watchedSeconds(): number {
    return (this.#looks.at(-1)?.atSeconds ?? 0) - (this.#looks[0]?.atSeconds ?? 0);
  }

  /** Takes what the processes show that answered, by their names. */
  add(atSeconds: number, pages: ReadonlyMap<string, readonly Sample[]>): void {
    const look = { atSeconds, facts: instantFacts([...pages.values()]), rises: this.#rises.next(pages) };
    // The clock of a machine may be set back.
    const kept = this.#looks.filter(
      (one) => one.atSeconds < atSeconds && atSeconds - one.atSeconds <= this.#spanSeconds,
    );
    this.#looks = [...kept, look];
  }
}
