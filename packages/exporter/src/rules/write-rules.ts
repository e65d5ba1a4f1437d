import { writeFileSync } from "node:fs";
import { ruleGroups } from "@taskvitals/rules";
import { misconfigured } from "../configuration/misconfigured.ts";
import type { RulesFlags } from "./rules-flags.ts";
import { rulesOrder } from "./rules-order.ts";
import { type RulesOrigin, rulesText } from "./rules-text.ts";

/** Where rules and remarks go. */
export interface RulesOutput {
  /** Takes the rules, where no file is named. */
  readonly out: (text: string) => void;
  /** Takes a remark about what was written to the file. */
  readonly err: (text: string) => void;
}

/**
 * Writes the rules that the flags ask for.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for a mistake in flags or in the thresholds file; nothing is written then
 */
export function writeRules(flags: RulesFlags, origin: RulesOrigin, { err, out }: RulesOutput): void {
  const order = rulesOrder(flags);
  const text = rulesText(order, origin);
  if (order.output === undefined) {
    out(text);
    return;
  }
  try {
    writeFileSync(order.output, text);
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    throw misconfigured({ where: "--output", got: order.output, expected: `a file that can be written (${code})` });
  }
  const rules = ruleGroups(order.rules).flatMap((group) => group.rules);
  const alerts = rules.filter(({ alert }) => alert !== undefined).length;
  err(`${order.output}: ${rules.length - alerts} recorded series and ${alerts} alerts.\n`);
}
