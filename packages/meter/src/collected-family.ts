import type { Histogram, MetricData } from "@opentelemetry/sdk-metrics";
import { type Families, type FamilySource, type FamilyType, isFirst } from "./families.ts";
import { metricName } from "./label-name.ts";
import { LabelSets } from "./label-sets.ts";
import type { PageWriter } from "./page-writer.ts";
import type { Refusals } from "./refusals.ts";
import { DELTA, GAUGE_POINTS, HISTOGRAM_POINTS, SUM_POINTS } from "./sdk-shapes.ts";
import { STEP } from "./series-family.ts";
import { numberText } from "./series-text.ts";

/** Adds a metric that a standard provider collected; one that has no place on a page is left out and counted. */
export function addCollected(families: Families, metric: MetricData, refusals: Refusals): void {
  const { name: instrument } = metric.descriptor;
  const type = typeOf(metric);
  const name = metricName(instrument, metric.dataPointType === SUM_POINTS && metric.isMonotonic);
  if (type === undefined || name === undefined) {
    refusals.refuse(instrument, "exposition_clash", "unfit", () => {
      return `${instrument} has ${name === undefined ? "no legal name" : "no form"} on a Prometheus page; left out.`;
    });
    return;
  }
  if (metric.dataPoints.length > 0) families.add(name, type, new CollectedFamilySource(name, metric, refusals));
}

/** A sum since the last collection, or an exponential histogram, cannot be written as a classic sample. */
function typeOf(metric: MetricData): FamilyType | undefined {
  if (metric.dataPointType === GAUGE_POINTS) return "gauge";
  if (metric.aggregationTemporality === DELTA) return undefined;
  if (metric.dataPointType === SUM_POINTS) return metric.isMonotonic ? "counter" : "gauge";
  return metric.dataPointType === HISTOGRAM_POINTS ? "histogram" : undefined;
}

class CollectedFamilySource implements FamilySource {
  /** Attribute keys that differ may come to the same label. */
  readonly mayRepeat = true;
  readonly #name: string;
  readonly #metric: MetricData;
  readonly #refusals: Refusals;
  readonly #labels: LabelSets;

  constructor(name: string, metric: MetricData, refusals: Refusals) {
    this.#name = name;
    this.#metric = metric;
    this.#refusals = refusals;
    const reserved = metric.dataPointType === HISTOGRAM_POINTS ? ["le"] : [];
    // Cutting what the application measures could fold two of its series into one.
    this.#labels = new LabelSets(metric.descriptor.name, refusals, reserved, Number.POSITIVE_INFINITY);
  }

  get instrument(): string {
    return this.#metric.descriptor.name;
  }

  get help(): string {
    return this.#metric.descriptor.description;
  }

  *write(page: PageWriter, seen: Set<string> | undefined): Generator<void> {
    let step = 0;
    for (const { attributes, value } of this.#metric.dataPoints) {
      const { text } = this.#labels.read(attributes);
      if (!isFirst(seen, text, this.instrument, this.#refusals)) continue;
      if (typeof value === "number") page.text(`${this.#name}${text === "" ? "" : `{${text}}`} ${numberText(value)}\n`);
      else page.text(histogramLines(this.#name, text, value as Histogram));
      if (++step % STEP === 0) yield;
    }
  }
}

function histogramLines(name: string, labels: string, { buckets, count, sum }: Histogram): string {
  const head = labels === "" ? `${name}_bucket{le="` : `${name}_bucket{${labels},le="`;
  const tail = labels === "" ? "" : `{${labels}}`;
  let lines = "";
  let total = 0;
  for (const [index, inBucket] of buckets.counts.entries()) {
    total += inBucket;
    const bound = buckets.boundaries[index];
    // Some producers list +Inf among the bounds.
    if (bound !== undefined && bound !== Infinity) lines += `${head}${bound}"} ${total}\n`;
  }
  lines += `${head}+Inf"} ${count}\n`;
  if (sum !== undefined) lines += `${name}_sum${tail} ${numberText(sum)}\n`;
  return `${lines}${name}_count${tail} ${count}\n`;
}
