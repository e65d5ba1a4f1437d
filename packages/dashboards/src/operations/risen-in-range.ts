import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { selector } from "../selector.ts";
import { type Grouping, grouped } from "./grouped.ts";
import { watchedTargets } from "./watched-targets.ts";

/**
 * How much a counter rose within the chosen time, those events included that a series was born with.
 *
 * `increase()` begins at the first sample of a series, so the first failure of its kind is not in it. A series that is missing on earlier pages of its own
 * process, and that no process showed in as much time before, was counted from 0: its last value belongs to the time as a whole. Not so for shared
 * totals, which one process shows after another: what is new on its page may be old.
 */
export function risenInRange(counter: InstrumentDefinition, by: Grouping): string {
  const series = selector(counter);
  const before = `unless on (${by.join(", ")}) last_over_time(${series}[$__range] offset $__range)`;
  const sharing = `unless on (job, instance) last_over_time(${selector(contract.processes)}[$__range])`;
  const pages = `(max by (job, instance) (count_over_time(${watchedTargets()}[$__range])) ${sharing})`;
  const younger = `(count_over_time(${series}[$__range]) < on (job, instance) group_left () ${pages})`;
  const born = `last_over_time(${series}[$__range]) ${before} and ${younger}`;
  return `sum${grouped(by)} (${born} or increase(${series}[$__range]))`;
}
