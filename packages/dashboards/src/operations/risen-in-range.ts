import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { selector } from "../selector.ts";
import { type Grouping, grouped } from "./grouped.ts";

/**
 * How much a counter rose within the chosen time, those events included that a series was born with.
 *
 * `increase()` begins at the first sample of a series, so the first failure of its kind is not in it. What no process showed when the time began, while the
 * platform was watched already, was counted from 0: its whole total belongs to the time. The alerts count alike.
 */
export function risenInRange(counter: InstrumentDefinition, by: Grouping): string {
  const total = `sum${grouped(by)} (${selector(counter)})`;
  const before = `sum${grouped(by)} (${selector(counter)} offset $__range)`;
  const watched = `group(${selector(contract.series)} offset $__range)`;
  const rise = `sum${grouped(by)} (increase(${selector(counter)}[$__range]))`;
  return `(${total} unless on (${by.join(", ")}) ${before} and on () ${watched} or ${rise})`;
}
