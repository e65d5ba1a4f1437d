import { escapeHelp } from "./label-value.ts";
import type { PageWriter } from "./page-writer.ts";
import type { Refusals } from "./refusals.ts";

/** The types of the text format that are written. */
export type FamilyType = "counter" | "gauge" | "histogram";

/** Samples of one family from one place. */
export interface FamilySource {
  /** The name that a warning uses. */
  readonly instrument: string;
  readonly help: string;
  /**
   * Writes the samples and yields every few of them. `seen` holds the label texts that the family already has: a label
   * set that is in it must be left out, because Prometheus takes one of two samples and says nothing.
   */
  write(page: PageWriter, seen: Set<string> | undefined): Generator<void>;
  /** Its own samples may repeat a label set. */
  readonly mayRepeat: boolean;
}

interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly sources: FamilySource[];
}

/**
 * The families of one page: one header each, whatever number of instruments share the name. Who comes first defines the
 * type; what cannot go under it, or would write samples under another family's name, is left out and counted, and the
 * page stays whole.
 */
export class Families {
  readonly #families = new Map<string, Family>();
  readonly #samples = new Map<string, string>();
  readonly #refusals: Refusals;

  constructor(refusals: Refusals) {
    this.#refusals = refusals;
  }

  add(name: string, type: FamilyType, source: FamilySource): void {
    const family = this.#families.get(name);
    if (family !== undefined) {
      if (family.type === type) family.sources.push(source);
      else this.#clash(source, name, `is a ${family.type} on the page already, not a ${type}`);
      return;
    }
    const names = type === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    const taken = names.find((sample) => this.#samples.has(sample));
    if (taken !== undefined) {
      this.#clash(source, name, `would mix its samples with those of ${this.#samples.get(taken)}`);
      return;
    }
    for (const sample of names) this.#samples.set(sample, name);
    this.#families.set(name, { name, type, sources: [source] });
  }

  /** The names of all that will be on the page. */
  get names(): ReadonlySet<string> {
    return new Set(this.#families.keys());
  }

  /** The page, sorted by name; yields every few samples. */
  *write(page: PageWriter): Generator<void> {
    const names = [...this.#families.keys()].sort();
    for (const name of names) {
      const { type, sources } = this.#families.get(name) as Family;
      const help = sources.find((source) => source.help !== "")?.help ?? "description missing";
      page.text(`# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`);
      const seen = sources.length > 1 || sources[0]?.mayRepeat ? new Set<string>() : undefined;
      for (const source of sources) yield* source.write(page, seen);
      yield;
    }
  }

  #clash({ instrument }: FamilySource, name: string, why: string): void {
    this.#refusals.refuse(instrument, "exposition_clash", name, () => `${name} ${why}; left out.`);
  }
}

/** True the first time; a repeated label set is counted and must not be written. */
export function isFirst(
  seen: Set<string> | undefined,
  labels: string,
  instrument: string,
  refusals: Refusals,
): boolean {
  if (seen === undefined) return true;
  if (!seen.has(labels)) {
    seen.add(labels);
    return true;
  }
  refusals.refuse(instrument, "exposition_clash", "duplicate", () => {
    return `${instrument} has a label set that is on the page already; the first one stays.`;
  });
  return false;
}
