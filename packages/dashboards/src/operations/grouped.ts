import type { InstrumentDefinition } from "@taskvitals/core";
import { type HistogramPart, selector } from "../selector.ts";

/** What a panel tells apart. */
export type Grouping = readonly string[];

/** One line per queue. */
export const BY_QUEUE: Grouping = ["queue"];
/** One line per task and queue. */
export const BY_TASK: Grouping = ["task", "queue"];
/** One line per broker. */
export const BY_BROKER: Grouping = ["broker"];

/** A fact that every process reports alike, taken once and never added up. */
export function fact(gauge: InstrumentDefinition, by: Grouping, extra = ""): string {
  return `max${grouped(by)} (${selector(gauge, "", extra)})`;
}

/** What each process holds, added up. */
export function held(gauge: InstrumentDefinition, by: Grouping): string {
  return `sum${grouped(by)} (${selector(gauge)})`;
}

/** How often a counter rises, in events per second, over every process. */
export function rate(counter: InstrumentDefinition, by: Grouping, part: HistogramPart = ""): string {
  return `sum${grouped(by)} (rate(${selector(counter, part)}[$__rate_interval]))`;
}

/** How often a counter rises, in events per minute, over every process. */
export function perMinute(counter: InstrumentDefinition, by: Grouping): string {
  return `60 * ${rate(counter, by)}`;
}

/** A quantile of a histogram lately; absent where nothing was observed, as NaN is no number to show. */
export function recentQuantile(share: number, histogram: InstrumentDefinition, by: Grouping): string {
  return `histogram_quantile(${share}, ${rate(histogram, [...by, "le"], "_bucket")}) >= 0`;
}

/** A quantile of a histogram over the chosen time. */
export function quantileInRange(share: number, histogram: InstrumentDefinition, by: Grouping): string {
  const buckets = `sum${grouped([...by, "le"])} (increase(${selector(histogram, "_bucket")}[$__range]))`;
  return `histogram_quantile(${share}, ${buckets}) >= 0`;
}

/** Writes ` by (…)`; nothing for one line over all. */
export function grouped(by: Grouping): string {
  return by.length === 0 ? "" : ` by (${by.join(", ")})`;
}
