import type { InstrumentDefinition } from "@taskvitals/core";
import { durationText } from "./duration-text.ts";
import type { RuleQueries } from "./rule-scope.ts";
import { pagesRead, wasWatched } from "./watched.ts";

/**
 * How much a counter rose within a window, those included that a series was born with.
 *
 * `increase()` begins at the first sample of a series, so a failure that is the first of its kind is not in it. What nobody showed in the window before, and
 * what is missing on pages of its own process, was counted from 0 meanwhile: its whole total belongs to the window. No births are totals that another
 * process showed before, that are there from the first page on because they were kept, or that were shown before Prometheus looked.
 */
export function risen(
  queries: RuleQueries,
  counter: InstrumentDefinition,
  seconds: number,
  labels: readonly string[],
): string {
  const by = queries.labels(...labels);
  const window = durationText(seconds);
  const series = queries.series(counter);
  const target = queries.labels("job", "instance");
  const known = `on ${queries.labels()} ${wasWatched(queries, 2 * seconds)}`;
  const younger = `(count_over_time(${series}[${window}]) < on ${target} group_left () ${pagesRead(queries, seconds)})`;
  return [
    `(sum by ${by} (${series} ${unseenBefore(queries, counter, seconds, labels)} and ${younger} and ${known})`,
    `or sum by ${by} (increase(${series}[${window}])))`,
  ].join("\n");
}

/** Whether a counter rose at all, by queue. Totals that somebody brings along count, as nobody can tell. */
export function moved(queries: RuleQueries, counter: InstrumentDefinition, seconds: number): string {
  const by = queries.labels("queue");
  const series = queries.series(counter);
  const rise = `sum by ${by} (increase(${series}[${durationText(seconds)}])) > 0`;
  return `${rise} or sum by ${by} (${series} ${unseenBefore(queries, counter, seconds, ["task", "queue"])}) > 0`;
}

/** Leaves out what somebody showed within the window before. A whole window, as holders of shared totals leave gaps when they change. */
function unseenBefore(
  queries: RuleQueries,
  counter: InstrumentDefinition,
  seconds: number,
  labels: readonly string[],
): string {
  const window = durationText(seconds);
  return `unless on ${queries.labels(...labels)} last_over_time(${queries.series(counter)}[${window}] offset ${window})`;
}
