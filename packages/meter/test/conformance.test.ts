import type { Meter } from "@opentelemetry/api";
import { AggregationTemporality, type CollectionResult, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { describe, expect, test } from "vitest";
import { createMeterProvider } from "../src/index.ts";
import { DIFFERENT, DIFFERENT_DELTA } from "./conformance-differences.ts";
import { type Collect, type Collected, SAME, SAME_DELTA } from "./conformance-scenarios.ts";

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Metric → attributes → value; histograms as [count, sum, buckets, min, max]. */
function normalize({ resourceMetrics, errors }: CollectionResult): Collected {
  const collected: Collected = errors.length === 0 ? {} : { errors: { count: errors.length } };
  for (const { scope, metrics } of resourceMetrics.scopeMetrics) {
    for (const { descriptor, dataPoints, ...metric } of metrics) {
      const { name, unit, description } = descriptor;
      const monotonic = "isMonotonic" in metric && metric.isMonotonic ? " monotonic" : "";
      const key = `${scope.name}/${name} ${unit} ${description} ${metric.dataPointType}${monotonic}`;
      const points = dataPoints.map(({ attributes, value }) => {
        const sorted = Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
        return [JSON.stringify(Object.fromEntries(sorted)), typeof value === "number" ? value : histogram(value)];
      });
      collected[key] = { ...collected[key], ...Object.fromEntries(points) };
    }
  }
  return collected;
}

function histogram(value: object): unknown {
  const { count, sum, min, max, buckets } = value as Record<string, unknown>;
  return { count, sum, min, max, ...(buckets as object) };
}

const implementations = {
  standard(temporality: AggregationTemporality): { meter: Meter; collect: Collect } {
    const reader = new ManualReader({ aggregationTemporalitySelector: () => temporality });
    const provider = new MeterProvider({ readers: [reader] });
    return {
      meter: provider.getMeter("s"),
      collect: async (timeoutMillis) =>
        normalize(await reader.collect(timeoutMillis === undefined ? {} : { timeoutMillis })),
    };
  },
  ours(temporality: AggregationTemporality): { meter: Meter; collect: Collect } {
    const provider = createMeterProvider({ onWarning: () => {} });
    const producer = provider.createProducer({ selectTemporality: () => temporality });
    return {
      meter: provider.getMeter("s"),
      collect: async (timeoutMillis) =>
        normalize(await producer.collect(timeoutMillis === undefined ? {} : { timeoutMillis })),
    };
  },
};

const CUMULATIVE = AggregationTemporality.CUMULATIVE;

describe.each(["standard", "ours"] as const)("the %s meter", (which) => {
  test.each(SAME)("$title", async ({ run, both }) => {
    const { meter, collect } = implementations[which](CUMULATIVE);
    expect(await run(meter, collect)).toEqual(both);
  });

  test.each(SAME_DELTA)("delta: $title", async ({ run, both }) => {
    const { meter, collect } = implementations[which](AggregationTemporality.DELTA);
    expect(await run(meter, collect)).toEqual(both);
  });

  test.each(DIFFERENT_DELTA)("meant to differ, delta: $title", async ({ run, ...expected }) => {
    const { meter, collect } = implementations[which](AggregationTemporality.DELTA);
    expect(await run(meter, collect)).toEqual(expected[which]);
  });

  test.each(DIFFERENT)("meant to differ: $title", async ({ run, ...expected }) => {
    const { meter, collect } = implementations[which](CUMULATIVE);
    expect(await run(meter, collect)).toEqual(expected[which]);
  });
});

test("the limit counts over the life of the process, where the SDK's counts per collection", async () => {
  const exported = async (which: keyof typeof implementations): Promise<number> => {
    const { meter, collect } = implementations[which](CUMULATIVE);
    const counter = meter.createCounter("c");
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 1900; index++) counter.add(1, { k: `${round}-${index}` });
      await collect();
    }
    return Object.keys((await collect())["s/c   3 monotonic"] ?? {}).length;
  };
  expect([await exported("standard"), await exported("ours")]).toEqual([5700, 2001]);
});
