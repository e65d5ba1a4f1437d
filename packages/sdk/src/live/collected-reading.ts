import { DataPointType, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { HistogramSample, LiveReading } from "@taskvitals/live";

type Labels = LiveReading["samples"][number]["labels"];

/** What a collection of our own instruments shows, as its page of metrics would. */
export function collectedReading({ scopeMetrics }: ResourceMetrics): LiveReading {
  const samples: LiveReading["samples"][number][] = [];
  const histograms: HistogramSample[] = [];
  for (const { descriptor, dataPoints, dataPointType } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const { name } = descriptor;
    if (dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) continue;
    for (const { attributes, value } of dataPoints) {
      const labels = attributes as Labels;
      if (typeof value === "number") samples.push({ name, labels, value });
      else if ("buckets" in value) {
        // Where values may be negative there is none.
        if (value.sum !== undefined) samples.push({ name: `${name}_sum`, labels, value: value.sum });
        samples.push({ name: `${name}_count`, labels, value: value.count });
        histograms.push({ name, labels, bounds: value.buckets.boundaries, counts: value.buckets.counts });
      }
    }
  }
  return { samples, histograms };
}
