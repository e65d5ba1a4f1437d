import { parseExposition } from "../../src/doctor/exposition-text.ts";
import { isEvidence } from "../../src/doctor/instant-facts.ts";
import type { Sample } from "../../src/doctor/sample.ts";

/** The samples of a page, of those lines that a verdict may rest on. */
export function pageOf(...lines: readonly string[]): readonly Sample[] {
  return parseExposition(lines.join("\n"), isEvidence);
}
