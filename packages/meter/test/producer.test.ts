import { ValueType } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type InstrumentType,
  MeterProvider,
} from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";
import { parsePage } from "./parse-page.ts";

const DELTA = () => AggregationTemporality.DELTA;

function clocked() {
  let time = 1_000_000_000_000;
  return {
    ...meterUnderTest({ now: () => time }),
    at: (ms: number): void => {
      time = 1_000_000_000_000 + ms;
    },
  };
}

/** Value, start and end (milliseconds after the epoch of these tests) of each point of a metric. */
function points({ resourceMetrics }: CollectionResult, name: string): unknown[] {
  const ms = ([seconds, nanos]: [number, number]): number => seconds * 1000 + nanos / 1e6 - 1_000_000_000_000;
  const metric = resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find((it) => it.descriptor.name === name);
  return (metric?.dataPoints ?? []).map(({ value, startTime, endTime }) => [
    typeof value === "number" ? value : "sum" in value ? [value.count, value.sum] : value,
    ms(startTime),
    ms(endTime),
  ]);
}

test("cumulative points begin when their series was born", async () => {
  const { provider, meter, at } = clocked();
  const producer = provider.createProducer();
  const counter = meter.createCounter("c");
  at(100);
  counter.add(1, { k: "a" });
  at(200);
  counter.add(2, { k: "b" });
  at(300);
  expect(points(await producer.collect(), "c")).toEqual([
    [1, 100, 300],
    [2, 200, 300],
  ]);
  counter.add(1, { k: "a" });
  at(400);
  expect(points(await producer.collect(), "c")).toEqual([
    [2, 100, 400],
    [2, 200, 400],
  ]);
});

test("a series that was removed and came back begins anew", async () => {
  const { provider, meter, at } = clocked();
  const cumulative = provider.createProducer();
  const delta = provider.createProducer({ selectTemporality: DELTA });
  const counter = meter.createCounter("c");
  at(100);
  counter.add(5, { k: "a" });
  await delta.collect();
  counter.add(1, { k: "a" });
  at(150);
  await delta.collect();
  counter.add(2, { k: "a" });
  at(200);
  counter.removeSeries({ k: "a" });
  at(300);
  counter.add(1, { k: "a" });
  at(400);
  expect(points(await cumulative.collect(), "c")).toEqual([[1, 300, 400]]);
  // The 2 that were not reported before the removal are not lost.
  expect(points(await delta.collect(), "c")).toEqual([
    [2, 150, 400],
    [1, 300, 400],
  ]);
});

test("delta points hold what was recorded since this reader last collected", async () => {
  const { provider, meter, at } = clocked();
  const often = provider.createProducer({ selectTemporality: DELTA });
  const seldom = provider.createProducer({ selectTemporality: DELTA });
  const counter = meter.createCounter("c");
  const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [10] } });
  counter.add(1);
  histogram.record(4);
  at(100);
  const first = await often.collect();
  expect([points(first, "c"), points(first, "h")]).toEqual([[[1, 0, 100]], [[[1, 4], 0, 100]]]);
  counter.add(2);
  histogram.record(20);
  at(200);
  const second = await often.collect();
  expect([points(second, "c"), points(second, "h")]).toEqual([[[2, 100, 200]], [[[1, 20], 100, 200]]]);
  at(300);
  const third = await often.collect();
  expect([points(third, "c"), points(third, "h")]).toEqual([[[0, 200, 300]], [[[0, 0], 200, 300]]]);
  const all = await seldom.collect();
  expect([points(all, "c"), points(all, "h")]).toEqual([[[3, 0, 300]], [[[2, 24], 0, 300]]]);
});

test("a declared series is reported to a delta reader at every collection, at 0", async () => {
  const { provider, meter } = clocked();
  const producer = provider.createProducer({ selectTemporality: DELTA });
  meter.createCounter("c").bind({ k: "a" });
  meter.createHistogram("h").bind({ k: "a" });
  for (let collection = 0; collection < 2; collection++) {
    const collected = await producer.collect();
    expect([points(collected, "c"), points(collected, "h")]).toEqual([[[0, 0, 0]], [[[0, 0], 0, 0]]]);
  }
});

test("a gauge is reported as it is, to a delta reader only when it was recorded", async () => {
  const { provider, meter } = clocked();
  const cumulative = provider.createProducer();
  const delta = provider.createProducer({ selectTemporality: DELTA });
  const gauge = meter.createGauge("g");
  gauge.bind({ k: "never" });
  gauge.record(5);
  expect(points(await delta.collect(), "g")).toEqual([[5, 0, 0]]);
  expect(points(await delta.collect(), "g")).toEqual([]);
  gauge.record(5);
  expect(points(await delta.collect(), "g")).toEqual([[5, 0, 0]]);
  expect(points(await cumulative.collect(), "g")).toEqual([[5, 0, 0]]);
});

test("the temporality is the reader's choice for each kind", async () => {
  const { provider, meter } = clocked();
  const asked: InstrumentType[] = [];
  const producer = provider.createProducer({
    selectTemporality: (kind) => {
      asked.push(kind);
      return kind === "UP_DOWN_COUNTER" ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA;
    },
  });
  const up = meter.createUpDownCounter("u");
  const counter = meter.createCounter("c");
  up.add(5);
  counter.add(5);
  await producer.collect();
  up.add(-1);
  counter.add(1);
  const result = await producer.collect();
  expect([points(result, "u"), points(result, "c")]).toEqual([[[4, 0, 0]], [[1, 0, 0]]]);
  expect(asked).toEqual(["UP_DOWN_COUNTER", "COUNTER"]);
});

test("an observable counter is what was observed, or its growth for a delta reader; a fall is a reset", async () => {
  const { provider, meter, at } = clocked();
  const cumulative = provider.createProducer();
  const delta = provider.createProducer({ selectTemporality: DELTA });
  let value: number | undefined = 10;
  meter.createObservableCounter("c").addCallback((result) => {
    if (value !== undefined) result.observe(value);
  });
  const collect = async () => [points(await cumulative.collect(), "c"), points(await delta.collect(), "c")];
  at(100);
  expect(await collect()).toEqual([[[10, 0, 100]], [[10, 0, 100]]]);
  value = 13;
  at(200);
  expect(await collect()).toEqual([[[13, 0, 200]], [[3, 100, 200]]]);
  value = undefined;
  at(300);
  expect(await collect()).toEqual([[], []]);
  value = 15;
  at(400);
  expect(await collect()).toEqual([[[15, 0, 400]], [[2, 300, 400]]]);
  value = 4;
  at(500);
  expect(await collect()).toEqual([[[4, 400, 500]], [[4, 400, 500]]]);
});

test("an observable up-down counter falls without being a reset", async () => {
  const { provider, meter } = clocked();
  const delta = provider.createProducer({ selectTemporality: DELTA });
  let value = 10;
  meter.createObservableUpDownCounter("u").addCallback((result) => result.observe(value));
  await delta.collect();
  value = 4;
  expect(points(await delta.collect(), "u")).toEqual([[-6, 0, 0]]);
});

test("an observable gauge forgets in either temporality", async () => {
  const { provider, meter } = clocked();
  const producers = [provider.createProducer(), provider.createProducer({ selectTemporality: DELTA })];
  let queues = ["a", "b"];
  meter.createObservableGauge("g").addCallback((result) => {
    for (const queue of queues) result.observe(1, { queue });
  });
  for (const producer of producers) expect(points(await producer.collect(), "g")).toHaveLength(2);
  queues = ["b"];
  for (const producer of producers) expect(points(await producer.collect(), "g")).toHaveLength(1);
});

test("metrics have the shape of the SDK's", async () => {
  const { provider } = clocked();
  const meter = provider.getMeter("scope", "1.2", { schemaUrl: "https://example.test/schema" });
  meter.createCounter("c", { description: "count", unit: "{task}", valueType: ValueType.INT }).add(1, { k: "a" });
  meter.createHistogram("h", { unit: "s", advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5);
  const { resourceMetrics, errors } = await provider.createProducer().collect();
  const startTime = [1_000_000_000, 0];
  const times = { startTime, endTime: startTime };
  const { CUMULATIVE: aggregationTemporality } = AggregationTemporality;
  expect(errors).toEqual([]);
  expect(resourceMetrics.scopeMetrics).toEqual([
    {
      scope: { name: "scope", version: "1.2", schemaUrl: "https://example.test/schema" },
      metrics: [
        {
          descriptor: { name: "c", description: "count", unit: "{task}", valueType: ValueType.INT },
          aggregationTemporality,
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: [{ ...times, attributes: { k: "a" }, value: 1 }],
        },
        {
          descriptor: { name: "h", description: "", unit: "s", valueType: ValueType.DOUBLE },
          aggregationTemporality,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: [
            {
              ...times,
              attributes: {},
              value: { buckets: { boundaries: [1, 2], counts: [0, 1, 0] }, count: 1, sum: 1.5, min: 1.5, max: 1.5 },
            },
          ],
        },
      ],
    },
  ]);
});

test("a histogram without observations has no smallest and no largest value", async () => {
  const { provider, meter } = clocked();
  meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } }).bind();
  const [scope] = (await provider.createProducer().collect()).resourceMetrics.scopeMetrics;
  expect(scope?.metrics[0]?.dataPoints[0]?.value).toEqual({
    buckets: { boundaries: [], counts: [0] },
    count: 0,
    sum: 0,
  });
});

test("collecting never rejects: what fails is in errors, the rest is there", async () => {
  const { provider, meter } = clocked();
  meter.createCounter("c").add(1);
  meter.createObservableGauge("bad").addCallback(() => {
    throw new Error("bad");
  });
  meter.createObservableGauge("hung").addCallback(() => new Promise(() => {}));
  const producer = provider.createProducer({
    selectTemporality: () => {
      throw new Error("selector");
    },
  });
  const result = await producer.collect({ timeoutMillis: 20 });
  expect(points(result, "c")).toEqual([[1, 0, 0]]);
  expect(result.errors).toEqual([new Error("bad"), new Error("A callback of hung did not end within 20 ms.")]);
});

test("a reader that names no time does not wait for ever", async () => {
  const { provider, meter } = meterUnderTest({ observeTimeoutMs: 25 });
  meter.createObservableGauge("hung").addCallback(() => new Promise(() => {}));
  for (const timeoutMillis of [undefined, Infinity, Number.NaN, -1]) {
    const options = timeoutMillis === undefined ? {} : { timeoutMillis };
    expect((await provider.createProducer().collect(options)).errors).toHaveLength(1);
  }
});

test("after shutdown producers and pages are empty and instruments harmless", async () => {
  const { provider, meter, samples } = clocked();
  const counter = meter.createCounter("c_total");
  const bound = counter.bind();
  await provider.shutdown();
  await provider.shutdown();
  counter.add(1);
  bound.add(1);
  provider.getMeter("late").createCounter("late").bind().add(1);
  expect((await provider.createProducer().collect()).resourceMetrics.scopeMetrics).toEqual([]);
  expect(await samples()).toEqual({});
});

test("the standard Prometheus exporter serves our points beside the application's", async () => {
  const { provider, meter } = clocked();
  meter.createHistogram("declared", { advice: { explicitBucketBoundaries: [1] } }).bind({ k: "a" });
  meter.createCounter("ours_total").add(2, { k: "a" });
  const exporter = new PrometheusExporter({ preventServerStart: true, metricProducers: [provider.createProducer()] });
  const standard = new MeterProvider({
    readers: [exporter],
    resource: resourceFromAttributes({ "service.name": "x" }),
  });
  standard.getMeter("app").createCounter("app").add(1);
  const { resourceMetrics, errors } = await exporter.collect();
  expect(errors).toEqual([]);
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  expect(Object.fromEntries(parsePage(serializer.serialize(resourceMetrics)).samples)).toEqual({
    'target_info{service_name="x"}': 1,
    "app_total{}": 1,
    'ours_total{k="a"}': 2,
    'declared_bucket{k="a",le="1"}': 0,
    'declared_bucket{k="a",le="+Inf"}': 0,
    'declared_sum{k="a"}': 0,
    'declared_count{k="a"}': 0,
  });
  await standard.shutdown();
});
