import { contract } from "@taskvitals/core";

/** Endings that make the name of a sample, or of its family, out of the other, here or in OpenMetrics. */
const ENDINGS = ["_bucket", "_sum", "_count", "_total", "_created"];
const FIXED: readonly string[] = ["target_info", ...Object.values(contract).map(({ name }) => name)];

/** The names that only we may use: those of the contract, whether it has samples now or not, those of further instruments, and what can be derived of them. */
export class OwnNames {
  readonly #taken = new Set<string>();

  /** @param names - names of families of ours, or of instruments that become such */
  constructor(...names: readonly Iterable<string>[]) {
    for (const name of [FIXED, ...names].flatMap((given) => [...given])) this.#take(legalName(name));
  }

  /** Whether one of these names is ours. */
  meets(names: Iterable<string>): boolean {
    for (const name of names) if (this.#taken.has(name)) return true;
    return false;
  }

  #take(name: string): void {
    for (const stem of name.endsWith("_total") ? [name, name.slice(0, -"_total".length)] : [name]) {
      this.#taken.add(stem);
      for (const ending of ENDINGS) this.#taken.add(stem + ending);
    }
  }
}

/** The name of an instrument as it is on a page. */
function legalName(instrument: string): string {
  return instrument.replace(/[^a-zA-Z0-9_:]/g, "_").replace(/_{2,}/g, "_");
}
