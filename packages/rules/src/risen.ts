import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { durationText } from "./duration-text.ts";
import type { RuleQueries } from "./rule-scope.ts";

/**
 * How much a counter rose within a window, those included that a series was born with.
 *
 * `increase()` begins at the first sample of a series, so a failure that is the first of its kind is not in it. A pair of task and queue that no process
 * showed before the window, while the platform was being watched, was counted from 0: its whole total belongs to the window. A process that
 * takes over totals which another one showed is no birth, as the pair was there before.
 */
export function risen(
  queries: RuleQueries,
  counter: InstrumentDefinition,
  seconds: number,
  labels: readonly string[],
): string {
  const by = queries.labels(...labels);
  const window = durationText(seconds);
  const total = `sum by ${by} (${queries.series(counter)})`;
  const before = `sum by ${by} (${queries.series(counter)} offset ${window})`;
  const watched = `group by ${queries.labels()} (${queries.select(contract.series.name)} offset ${window})`;
  const rise = `sum by ${by} (increase(${queries.series(counter)}[${window}]))`;
  return `((${total} unless on ${by} ${before} and on ${queries.labels()} ${watched}) or ${rise})`;
}
