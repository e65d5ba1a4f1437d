import { setImmediate } from "node:timers/promises";
import { errorType } from "@taskvitals/core";
import type { ProblemLog } from "../problem-log.ts";
import { LeftOut } from "./left-out.ts";
import { OwnNames } from "./own-names.ts";
import type { PromClientRegistry } from "./prom-client-registry.ts";
import { readFamilies } from "./read-families.ts";
import { isOpenMetrics, type ReadFailure, type RegistryPart, RegistryReader } from "./registry-reader.ts";
import type { TextFamily } from "./text-family.ts";

/** What {@link RegistryPages} needs. */
export interface RegistryPagesOptions {
  readonly registry: PromClientRegistry;
  readonly problems: ProblemLog;
  /** Names of instruments that may be on a page of ours, beside those that are on this one. Asked at each page. */
  readonly instruments: () => Iterable<string>;
}

/** The lines of a registry for one page, given the names of the families that the page has. Throws nothing. */
export type RegistryLines = (families: ReadonlySet<string>) => AsyncGenerator<string>;

/** Longest stretch that holds the event loop, in milliseconds. */
const SLICE_MS = 2;
/** Characters that are given to a page at once. */
const PIECE = 16_384;

const OURS =
  "taskvitals has a metric of this name on its page, so that of the registry is left out. Remove it from the registry, or rename it there.";
const MET = "the registry has another metric with samples of this name, so this one is left out. Rename one of them.";
const FLAWED =
  "the registry writes it in a form for which Prometheus would refuse the whole page, so it is left out. " +
  "Look for labels that are no legal names or that are there twice, default labels among them.";
const REPEATED = "the registry has samples with the same labels twice; the first of them is shown.";

/** What goes of a registry of `prom-client` onto our pages. */
export class RegistryPages {
  readonly #options: RegistryPagesOptions;
  readonly #reader: RegistryReader;
  readonly #said = new Set<string>();

  /** Reads nothing yet. */
  constructor(options: RegistryPagesOptions) {
    this.#options = options;
    this.#reader = new RegistryReader(options.registry);
  }

  /** Begins to read the registry, and goes on for at most `timeoutMs`; what has not come by then is left out. */
  begin(timeoutMs: number): RegistryLines {
    const reading = this.#reader.read(timeoutMs);
    return (families) => this.#write(reading, families, timeoutMs);
  }

  async *#write(
    reading: Promise<readonly RegistryPart[]>,
    families: ReadonlySet<string>,
    timeoutMs: number,
  ): AsyncGenerator<string> {
    const { problems, instruments } = this.#options;
    const leftOut = new LeftOut(problems, this.#said);
    const slice = { endsAt: performance.now() + SLICE_MS };
    try {
      const parts = await reading;
      const admission = new Admission(new OwnNames(families, instruments()), leftOut);
      for (const part of parts) {
        if ("text" in part) yield* this.#pieces(part.text, admission, slice);
        else leftOut.note(part.metric, reasonOf(part.failure, timeoutMs));
      }
    } catch (error) {
      leftOut.note(undefined, reasonOf({ threw: errorType(error) }, timeoutMs));
    }
    leftOut.say();
  }

  async *#pieces(text: string, admission: Admission, slice: { endsAt: number }): AsyncGenerator<string> {
    for (const family of readFamilies(text, isOpenMetrics(this.#options.registry))) {
      if (family !== undefined && admission.admits(family)) yield* piecesOf(family.lines);
      if (performance.now() < slice.endsAt) continue;
      await setImmediate();
      slice.endsAt = performance.now() + SLICE_MS;
    }
  }
}

/** Decides what goes on one page. */
class Admission {
  readonly #own: OwnNames;
  readonly #leftOut: LeftOut;
  readonly #shown = new Set<string>();

  constructor(own: OwnNames, leftOut: LeftOut) {
    this.#own = own;
    this.#leftOut = leftOut;
  }

  admits({ name, names, isFlawed, repeated }: TextFamily): boolean {
    const why = this.#whyNot(names, isFlawed);
    if (why !== undefined) {
      this.#leftOut.note(name ?? "lines that belong to no metric", why);
      return false;
    }
    if (repeated > 0) this.#leftOut.note(name, REPEATED);
    for (const shown of names) this.#shown.add(shown);
    return true;
  }

  #whyNot(names: ReadonlySet<string>, isFlawed: boolean): string | undefined {
    if (this.#own.meets(names)) return OURS;
    if (isFlawed) return FLAWED;
    for (const name of names) if (this.#shown.has(name)) return MET;
    return undefined;
  }
}

function* piecesOf(lines: readonly string[]): Generator<string> {
  let piece = "";
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

function reasonOf(failure: ReadFailure, timeoutMs: number): string {
  if (failure === "late") {
    return `it was not read within ${timeoutMs} ms, so it is left out of each page until it answers in time. Look at its collect().`;
  }
  return `reading it failed (${failure.threw}), so it is left out. Look at its collect().`;
}
