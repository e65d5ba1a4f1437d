import { contract } from "@taskvitals/core";
import { durationText } from "./duration-text.ts";
import type { RuleQueries } from "./rule-scope.ts";

/** The one series that every process with taskvitals shows from its first page on, whatever it counts and whatever meter provider it uses. */
export function watched(queries: RuleQueries): string {
  return queries.series(contract.seriesOverflow, `instrument="${contract.queueLength.name}"`);
}

/** How many pages of each target were read within a window. A page of shared totals alone shows how many processes share them. */
export function pagesRead(queries: RuleQueries, seconds: number): string {
  const by = queries.labels("job", "instance");
  const [own, shared] = [watched(queries), queries.series(contract.processes)].map(
    (series) => `max by ${by} (count_over_time(${series}[${durationText(seconds)}]))`,
  );
  return `(${own} or ${shared})`;
}

/** Whether any page of the platform was read, so long ago. */
export function wasWatched(queries: RuleQueries, secondsAgo: number): string {
  const ago = durationText(secondsAgo);
  return `(${watched(queries)} offset ${ago} or ${queries.series(contract.processes)} offset ${ago})`;
}
