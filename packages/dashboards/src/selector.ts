import type { InstrumentDefinition } from "@taskvitals/core";

/** Labels by which the dashboard filters; each has a variable of the same name. */
export const FILTER_LABELS = ["job", "queue", "task"] as const;

/** A label by which the dashboard filters. */
export type FilterLabel = (typeof FILTER_LABELS)[number];

/**
 * The series of one instrument, filtered by the variables for the labels that it has. `job` comes from the scrape, so every
 * series has it.
 *
 * @param suffix - the part of a histogram that is meant; empty for counters and gauges
 */
export function selector(definition: InstrumentDefinition, suffix: "" | "_sum" | "_count" = ""): string {
  return `${definition.name}${suffix}{${matchers(filterLabelsOf(definition))}}`;
}

/** The series of any of these instruments, filtered by the given variables. */
export function anyOf(definitions: readonly InstrumentDefinition[], labels: readonly FilterLabel[]): string {
  const names = `__name__=~"${definitions.map(({ name }) => name).join("|")}"`;
  return `{${labels.length === 0 ? names : `${names}, ${matchers(labels)}`}}`;
}

function matchers(labels: readonly FilterLabel[]): string {
  return FILTER_LABELS.filter((label) => labels.includes(label))
    .map((label) => `${label}=~"$${label}"`)
    .join(", ");
}

function filterLabelsOf({ labels }: InstrumentDefinition): readonly FilterLabel[] {
  return FILTER_LABELS.filter((label) => label === "job" || labels.includes(label));
}
