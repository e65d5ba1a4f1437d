import type { InstrumentDefinition } from "@taskvitals/core";

/** Labels by which the dashboard filters; each has a variable of the same name. */
export const FILTER_LABELS = ["job", "queue", "task"] as const;

/** A label by which the dashboard filters. */
export type FilterLabel = (typeof FILTER_LABELS)[number];

/** The part of a histogram that is meant; empty for counters and gauges. */
export type HistogramPart = "" | "_sum" | "_count" | "_bucket";

/**
 * The series of one instrument, filtered by the variables for the labels that it has. `job` comes from the scrape, so every
 * series has it.
 *
 * @param part - the part of a histogram that is meant; empty for counters and gauges
 * @param extra - one more matcher, such as `state="active"`
 * @param filters - the variables that filter, of those whose label the instrument has
 */
export function selector(
  definition: InstrumentDefinition,
  part: HistogramPart = "",
  extra = "",
  filters: readonly FilterLabel[] = FILTER_LABELS,
): string {
  const chosen = matchers(filterLabelsOf(definition).filter((label) => filters.includes(label)));
  return `${definition.name}${part}{${extra === "" ? chosen : `${chosen}, ${extra}`}}`;
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
