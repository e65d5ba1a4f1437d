import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AggregationTemporality } from "@opentelemetry/sdk-metrics";
import { contract } from "@taskvitals/core";
import { LiveFeed, type LiveState } from "@taskvitals/live";
import { type BindableMeterProvider, createMeterProvider } from "@taskvitals/meter";
import { expect, onTestFinished, test, vi } from "vitest";
import { createLiveSource } from "../../src/live/live-source.ts";

const labels = { task: "train", queue: "gpu" };

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

function provider(): BindableMeterProvider {
  const made = createMeterProvider({ maxSeries: 2000 });
  onTestFinished(() => made.shutdown());
  return made;
}

test("it says what the instruments hold, counters, gauges and the parts of histograms", async () => {
  const own = provider();
  const meter = own.getMeter("test");
  meter.createCounter(contract.taskSuccess.name).add(3, labels);
  meter.createObservableGauge(contract.queueLength.name).addCallback((into) => into.observe(7, { queue: "gpu" }));
  const histogram = meter.createHistogram(contract.taskDuration.name, {
    advice: { explicitBucketBoundaries: [1, 10] },
  });
  for (const seconds of [0.5, 0.5, 5, 50]) histogram.record(seconds, labels);
  const readings = await createLiveSource(own, 1000, undefined)(false);
  expect([...readings.keys()]).toEqual(["process"]);
  const { histograms, samples } = readings.get("process") ?? { histograms: [], samples: [] };
  const found = Object.fromEntries(samples.map(({ name, value }) => [name, value]));
  expect(found).toEqual({
    [contract.taskSuccess.name]: 3,
    [contract.queueLength.name]: 7,
    [`${contract.taskDuration.name}_sum`]: 56,
    [`${contract.taskDuration.name}_count`]: 4,
  });
  expect(histograms).toEqual([{ name: contract.taskDuration.name, labels, bounds: [1, 10], counts: [2, 1, 1] }]);
});

test("a later reading changes nothing of an earlier one, which the page compares it with", async () => {
  const own = provider();
  const histogram = own.getMeter("test").createHistogram(contract.taskDuration.name);
  histogram.record(1, labels);
  const read = createLiveSource(own, 1000, undefined);
  const first = (await read(false)).get("process");
  const before = structuredClone(first);
  histogram.record(1, labels);
  await read(false);
  expect(first).toEqual(before);
});

test("who asks for what came since the last time loses nothing to it", async () => {
  const own = provider();
  const counter = own.getMeter("test").createCounter(contract.taskSuccess.name);
  const delta = own.createProducer({ selectTemporality: () => AggregationTemporality.DELTA });
  const read = createLiveSource(own, 1000, undefined);
  counter.add(3, labels);
  await read(true);
  counter.add(2, labels);
  await read(true);
  const { resourceMetrics } = await delta.collect();
  const [metric] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  expect(metric?.dataPoints.map(({ value }) => value)).toEqual([5]);
});

test("over 5 000 ticks memory stays as it is after the first quarter of an hour, looked at or not", {
  timeout: 120_000,
}, async () => {
  vi.useFakeTimers({ now: 1_000_000_000, toFake: ["setTimeout", "clearTimeout", "Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const own = provider();
  const meter = own.getMeter("test");
  const counter = meter.createCounter(contract.taskSuccess.name);
  const histogram = meter.createHistogram(contract.taskDuration.name);
  meter.createObservableGauge(contract.queueLength.name).addCallback((into) => into.observe(7, { queue: "gpu" }));
  const feed = new LiveFeed({
    read: createLiveSource(own, 1000, undefined),
    about: { service: "x", pid: 1, tasksOf: "process", metricsPath: "/metrics" },
    describe: String,
    now: Date.now,
    elapsed: Date.now,
  });
  onTestFinished(() => feed.end());
  feed.start();
  const ticks = async (count: number): Promise<number> => {
    for (let tick = 0; tick < count; tick += 1) {
      counter.add(1, labels);
      histogram.record(1, labels);
      await vi.advanceTimersByTimeAsync(5000);
    }
    gc();
    gc();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const begin = await ticks(400);
  expect((await ticks(2000)) - begin).toBeLessThan(2);
  let heard = 0;
  const send = (): void => {
    heard += 1;
  };
  feed.listen({ send, end: () => {} });
  expect((await ticks(2600)) - begin).toBeLessThan(2);
  expect(heard).toBeGreaterThan(2500);
  const state = JSON.parse(feed.state()) as LiveState;
  expect(state.tasks).toMatchObject([{ perSecond: 0.2, ended: 180 }]);
});
