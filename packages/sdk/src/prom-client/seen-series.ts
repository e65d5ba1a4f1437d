import { readSample, type SampleLine, seriesOf } from "./sample-line.ts";

const COMMA = 44;

/** The series that a family has had. */
export class SeenSeries {
  readonly #labels = new Map<string, readonly string[]>();
  #seen = new Set<string>();
  /** Whether series are told apart by what they mean; until one may be written in two ways, which is rare, the text does, in a fraction of the time. */
  #isExact = false;

  /** True the first time that a series comes. */
  add(line: string, sample: SampleLine): boolean {
    if (!this.#isExact && this.#isUnusual(line, sample)) this.#becomeExact();
    const series = this.#isExact ? seriesOf(line, sample) : line.slice(0, sample.headEnd);
    if (this.#seen.has(series)) return false;
    this.#seen.add(series);
    return true;
  }

  #isUnusual(line: string, { name, labels: { names, values }, headEnd }: SampleLine): boolean {
    if (names.length === 0) return headEnd > name.length;
    for (let at = 0; at < values.length; at += 2) if (values[at] === values[at + 1]) return true;
    if (line.charCodeAt(headEnd - 2) === COMMA) return true;
    const before = this.#labels.get(name);
    if (before === undefined) this.#labels.set(name, names);
    return before !== undefined && (before.length !== names.length || before.some((label, at) => label !== names[at]));
  }

  #becomeExact(): void {
    this.#isExact = true;
    const texts = this.#seen;
    this.#seen = new Set();
    for (const text of texts) {
      const line = `${text} 0`;
      const sample = readSample(line, false);
      if (sample !== undefined) this.#seen.add(seriesOf(line, sample));
    }
  }
}
