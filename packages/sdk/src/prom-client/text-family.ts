import { isNumber, labelOf, readSample } from "./sample-line.ts";
import { SeenSeries } from "./seen-series.ts";

/** One metric as a registry wrote it. */
export interface TextFamily {
  /** `undefined` where lines belong to none. */
  readonly name: string | undefined;
  /** Its own name and those of its samples, whether it has them now or not. */
  readonly names: ReadonlySet<string>;
  /** What goes on a page. */
  readonly lines: readonly string[];
  /** Whether there is a line for which Prometheus would refuse the whole page. */
  readonly isFlawed: boolean;
  /** Samples that were left out because their label set was there before. */
  readonly repeated: number;
}

/** Samples of a type that end so belong to it. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [],
  gauge: [],
  untyped: [],
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["_sum", "_count"],
};
/** Types of OpenMetrics, as the text format 0.0.4 has them. */
const OLD_TYPES: Readonly<Record<string, string>> = { unknown: "untyped", info: "gauge", stateset: "gauge" };
/** A label whose value must be a number, by type. */
const BOUNDS: Readonly<Record<string, string>> = { histogram: "le", summary: "quantile" };

/** A family while its lines come. */
export class FamilyBuilder {
  readonly name: string | undefined;
  readonly #isOpenMetrics: boolean;
  readonly #samples: string[] = [];
  readonly #sampleNames = new Set<string>();
  readonly #series = new SeenSeries();
  #help: string | undefined;
  #type: string | undefined;
  #isFlawed: boolean;
  #repeated = 0;

  /** Has no line yet; without a name it is flawed. */
  constructor(name: string | undefined, isOpenMetrics: boolean) {
    this.name = name;
    this.#isOpenMetrics = isOpenMetrics;
    this.#isFlawed = name === undefined;
  }

  /** Takes the text of a `# HELP` or `# TYPE`, unless it has that already, or samples. */
  addHeader(kind: string, text: string): boolean {
    if (this.#sampleNames.size > 0 || (kind === "HELP" ? this.#help : this.#type) !== undefined) return false;
    if (kind === "TYPE") this.#addType(this.#isOpenMetrics ? (OLD_TYPES[text] ?? text) : text);
    else {
      this.#help = text;
      // An escape that there is not is an error to some readers.
      if (text.replace(/\\[\\n]/g, "").includes("\\")) this.#isFlawed = true;
    }
    return true;
  }

  /** Takes a line with a sample of its own; a line that is none spoils it. */
  addSample(line: string): boolean {
    const sample = readSample(line, this.#isOpenMetrics);
    if (sample === undefined) {
      this.#isFlawed = true;
      return true;
    }
    if (!this.#has(sample.name)) return false;
    const boundLabel = BOUNDS[this.#type ?? ""];
    const bound = boundLabel === undefined ? undefined : labelOf(line, sample.labels, boundLabel);
    if (bound !== undefined && !isNumber(bound)) this.#isFlawed = true;
    this.#sampleNames.add(sample.name);
    if (this.#series.add(line, sample)) this.#samples.push(line.slice(0, sample.end));
    else this.#repeated += 1;
    return true;
  }

  /** The family with the lines that came. */
  finish(): TextFamily {
    const name = this.#shownName();
    const header = [
      ...(this.#help === undefined ? [] : [`# HELP ${name} ${this.#help}`]),
      ...(this.#type === undefined ? [] : [`# TYPE ${name} ${this.#type}`]),
    ];
    const suffixes = ["", ...(SUFFIXES[this.#type ?? ""] ?? [])];
    const own = name === undefined ? [] : suffixes.map((suffix) => name + suffix);
    return {
      name,
      names: new Set([...own, ...this.#sampleNames]),
      lines: [...header, ...this.#samples],
      isFlawed: this.#isFlawed,
      repeated: this.#repeated,
    };
  }

  #addType(type: string): void {
    this.#type = type;
    if (!Object.hasOwn(SUFFIXES, type)) this.#isFlawed = true;
  }

  #has(sample: string): boolean {
    const { name } = this;
    if (name === undefined || !sample.startsWith(name)) return false;
    const suffix = sample.slice(name.length);
    if (suffix === "" || SUFFIXES[this.#type ?? ""]?.includes(suffix)) return true;
    return this.#isOpenMetrics && suffix === "_total" && this.#type === "counter";
  }

  /** OpenMetrics names a counter without the ending that its samples have, and the text format with it. */
  #shownName(): string | undefined {
    const { name } = this;
    if (name === undefined || !this.#isOpenMetrics || this.#type !== "counter" || name.endsWith("_total")) return name;
    return `${name}_total`;
  }
}
