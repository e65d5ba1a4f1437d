import type { InstrumentDefinition } from "@taskvitals/core";

/** Which series the rules look at, and what keeps platforms apart. */
export interface RuleScope {
  /** Matchers that every series must have, as they stand between the braces: `job="x"`. Empty for all. */
  readonly selector: string;
  /** Labels that tell platforms apart (`namespace`, `cluster`); every rule keeps them. Mostly none. */
  readonly by: readonly string[];
  /** Labels that every recorded series and every alert carries, with their values; tell apart what two sets of rules record. Mostly none. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Writes the selectors and groupings of one rule. */
export class RuleQueries {
  readonly #scope: RuleScope;
  readonly #matchers: readonly SubjectMatcher[];

  /** @param matchers - which queues and tasks the rule is about, where overrides split it */
  constructor(scope: RuleScope, matchers: readonly SubjectMatcher[] = []) {
    this.#scope = scope;
    this.#matchers = matchers;
  }

  /** The series of an instrument: `name{selector, queue="…"}`. */
  series(definition: InstrumentDefinition, extra = "", suffix: "" | "_sum" | "_count" | "_bucket" = ""): string {
    const own = this.#matchers.filter(({ label }) => definition.labels.includes(label)).map(({ text }) => text);
    return this.select(`${definition.name}${suffix}`, extra, own);
  }

  /** The series of a recorded rule, which carries the labels in `labels`. */
  recorded(name: string, labels: readonly string[]): string {
    // What is recorded was selected when it was recorded; it carries the labels of the rules, and not those of the targets.
    const fixed = Object.entries(this.#scope.labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    const own = this.#matchers.filter(({ label }) => labels.includes(label)).map(({ text }) => text);
    return fixed.length + own.length === 0 ? name : `${name}{${[...fixed, ...own].join(", ")}}`;
  }

  /** The series of any name, such as `up`. */
  select(name: string, extra = "", own: readonly string[] = []): string {
    const matchers = [this.#scope.selector, extra, ...own].filter((text) => text !== "");
    return matchers.length === 0 ? name : `${name}{${matchers.join(", ")}}`;
  }

  /** `by (…)` or `on (…)` of these labels and the platform's. */
  labels(...labels: readonly string[]): string {
    return `(${[...this.#scope.by, ...labels].join(", ")})`;
  }
}

/** One matcher of a label that overrides split by. */
export interface SubjectMatcher {
  /** The label. */
  readonly label: "queue" | "task";
  /** The matcher, such as `queue!~"a|b"`. */
  readonly text: string;
}
