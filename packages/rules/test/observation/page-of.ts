import { parseExposition } from "../../src/observation/exposition-text.ts";
import { isEvidence } from "../../src/observation/instant-facts.ts";
import type { Sample } from "../../src/observation/sample.ts";

/** The samples of a page, of those lines that a verdict may rest on. */
export function pageOf(...lines: readonly string[]): readonly Sample[] {
  return parseExposition(lines.join("\n"), isEvidence);
}
