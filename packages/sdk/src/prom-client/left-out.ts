import type { ProblemLog } from "../problem-log.ts";

const LONGEST_NAME = 128;
/** Names that are remembered as said; names without end must not fill the memory. */
const MOST_SAID = 1000;

/** Gathers what one page leaves out of a registry; each is counted at every page, and said at the first. */
export class LeftOut {
  readonly #problems: ProblemLog;
  readonly #said: Set<string>;
  readonly #news = new Map<string, string[]>();

  /** @param said - what was said before; of the registry, where this is of a page */
  constructor(problems: ProblemLog, said: Set<string>) {
    this.#problems = problems;
    this.#said = said;
  }

  /**
   * Takes note of a metric.
   *
   * @param metric - its name; `undefined` where all of the registry is concerned
   * @param why - what happened and what to do; the same text for the same cause
   */
  note(metric: string | undefined, why: string): void {
    this.#problems.count("prom_client");
    const name = metric === undefined ? "the whole registry" : shown(metric.slice(0, LONGEST_NAME));
    const key = `${name} ${why}`;
    if (this.#said.has(key) || this.#said.size >= MOST_SAID) return;
    this.#said.add(key);
    const names = this.#news.get(why) ?? [];
    names.push(name);
    this.#news.set(why, names);
  }

  /** Says what is new, one line per cause. */
  say(): void {
    for (const [why, names] of this.#news) {
      const [shown, hidden] = [names.slice(0, 20), names.length - 20];
      const more = hidden > 0 ? ` and ${hidden} more` : "";
      this.#problems.warn(`promClient: ${shown.join(", ")}${more}: ${why}`);
    }
  }
}

/** A name that only a registry of one's own can have must not begin a line of the log. */
function shown(name: string): string {
  return /\p{Cc}/u.test(name) ? JSON.stringify(name) : name;
}
