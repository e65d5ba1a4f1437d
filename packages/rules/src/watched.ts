import { contract } from "@taskvitals/core";
import { durationText } from "./duration-text.ts";
import type { RuleQueries } from "./rule-scope.ts";

/** The one series that every process with taskvitals shows from its first page on, whatever it counts and whatever meter provider it uses. */
export function watched(queries: RuleQueries): string {
  return queries.series(contract.seriesOverflow, `instrument="${contract.queueLength.name}"`);
}

/** How many pages of each target were read within a window. A page of shared totals alone does not show what others do; there `up` says it. */
export function pagesRead(queries: RuleQueries, seconds: number): string {
  const by = queries.labels("job", "instance");
  const window = durationText(seconds);
  const scraped = `sum by ${by} (sum_over_time(${queries.select("up")}[${window}]))`;
  return `(max by ${by} (count_over_time(${watched(queries)}[${window}])) or ${scraped})`;
}
