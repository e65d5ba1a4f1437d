import { ValueType } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

test("binding a counter declares it at 0", async () => {
  const { meter, samples } = meterUnderTest();
  meter.createCounter("task_success_total").bind({ task: "send", queue: "emails" });
  expect(await samples()).toEqual({ 'task_success_total{queue="emails",task="send"}': 0 });
});

test("binding a histogram declares it at count 0", async () => {
  const { meter, samples } = meterUnderTest();
  meter.createHistogram("d", { advice: { explicitBucketBoundaries: [1, 2] } }).bind({ task: "a" });
  expect(await samples()).toEqual({
    'd_bucket{le="1",task="a"}': 0,
    'd_bucket{le="2",task="a"}': 0,
    'd_bucket{le="+Inf",task="a"}': 0,
    'd_sum{task="a"}': 0,
    'd_count{task="a"}': 0,
  });
});

test("binding an up-down counter declares it at 0, binding a gauge shows nothing before its first value", async () => {
  const { meter, samples } = meterUnderTest();
  meter.createUpDownCounter("up").bind();
  const gauge = meter.createGauge("level").bind();
  expect(await samples()).toEqual({ "up{}": 0 });
  gauge.record(-3);
  expect(await samples()).toEqual({ "up{}": 0, "level{}": -3 });
});

test("bound and unbound recordings of one label set meet, in whatever order the attributes come", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  const bound = counter.bind({ a: "1", b: "2" });
  bound.add(1);
  counter.add(10, { b: "2", a: "1" });
  counter.add(100, { a: "1", b: "2" });
  counter.bind({ b: "2", a: "1" }).add(1000);
  expect(await samples()).toEqual({ 'c_total{a="1",b="2"}': 1111 });
  expect(counter.bind({ b: "2", a: "1" })).toBe(bound);
});

test("a histogram puts each value under the first bound that is not below it", async () => {
  const { meter, samples } = meterUnderTest();
  const bound = meter.createHistogram("d", { advice: { explicitBucketBoundaries: [10, 1] } }).bind();
  for (const value of [0, 1, 1.5, 10, 11]) bound.record(value);
  expect(await samples()).toEqual({
    'd_bucket{le="1"}': 2,
    'd_bucket{le="10"}': 4,
    'd_bucket{le="+Inf"}': 5,
    "d_sum{}": 23.5,
    "d_count{}": 5,
  });
});

test.each([-1, Number.NaN, Infinity, -Infinity, "1", 1n, undefined, null, {}])(
  "a counter and a histogram refuse %s, count it and stay whole",
  async (bad) => {
    const { meter, samples, refusals, warnings } = meterUnderTest();
    const counter = meter.createCounter("c_total");
    const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } });
    counter.add(2);
    histogram.record(2);
    for (let round = 0; round < 2; round++) {
      counter.add(bad as number);
      counter.bind().add(bad as number);
      histogram.record(bad as number);
    }
    expect(await samples()).toEqual({ "c_total{}": 2, 'h_bucket{le="+Inf"}': 1, "h_sum{}": 2, "h_count{}": 1 });
    expect(refusals.filter(({ instrument }) => instrument === "c_total")).toHaveLength(4);
    expect(refusals.every(({ reason }) => reason === "value")).toBe(true);
    expect(warnings.map(({ instrument, code }) => [instrument, code])).toEqual([
      ["c_total", "value"],
      ["h", "value"],
    ]);
  },
);

test("a sum is not pushed beyond the largest number", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total").bind();
  counter.add(Number.MAX_VALUE);
  counter.add(Number.MAX_VALUE);
  expect(await samples()).toEqual({ "c_total{}": Number.MAX_VALUE });
});

test("an up-down counter goes below zero and refuses what would poison it", async () => {
  const { meter, samples, refusals } = meterUnderTest();
  const counter = meter.createUpDownCounter("u").bind();
  counter.add(-2.5);
  counter.add(Number.NaN);
  counter.add(-Infinity);
  expect(await samples()).toEqual({ "u{}": -2.5 });
  expect(refusals).toHaveLength(2);
});

test("an instrument of value type INT drops the fraction", async () => {
  const { meter, samples } = meterUnderTest();
  const options = { valueType: ValueType.INT };
  meter.createCounter("c_total", options).add(2.9);
  meter.createUpDownCounter("u", options).add(-2.9);
  meter.createGauge("g", options).record(1.5);
  meter.createGauge("nan", options).record(Number.NaN);
  expect(await samples()).toEqual({ "c_total{}": 2, "u{}": -2, "g{}": 1 });
});

test("a removed series leaves the page, frees its place and its handle goes quiet", async () => {
  const { meter, samples, provider } = meterUnderTest({ maxSeries: 2 });
  const counter = meter.createCounter("c_total");
  const a = counter.bind({ k: "a" });
  const b = counter.bind({ k: "b" });
  a.add(1);
  b.add(2);
  a.remove();
  a.remove();
  const c = counter.bind({ k: "c" });
  a.add(100);
  c.add(3);
  expect(await samples()).toEqual({ 'c_total{k="b"}': 2, 'c_total{k="c"}': 3 });
  expect(provider.seriesCounts()).toEqual([{ instrument: "c_total", live: 2, refused: 0 }]);
});

test("a series that is bound again after its removal begins at 0", async () => {
  const { meter, samples } = meterUnderTest();
  const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [1] } });
  const old = histogram.bind({ k: "a" });
  old.record(0.5);
  expect(histogram.removeSeries({ k: "a" })).toBe(true);
  expect(histogram.removeSeries({ k: "a" })).toBe(false);
  const fresh = histogram.bind({ k: "a" });
  old.record(0.5);
  expect(fresh).not.toBe(old);
  expect(await samples()).toMatchObject({ 'h_count{k="a"}': 0, 'h_sum{k="a"}': 0 });
});

test("a removed handle that records never reaches a series that took its cells", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  const dead = Array.from({ length: 50 }, (_, index) => counter.bind({ k: `old${index}` }));
  for (const handle of dead) handle.remove();
  const live = Array.from({ length: 50 }, (_, index) => counter.bind({ k: `new${index}` }));
  for (const handle of dead) handle.add(1000);
  for (const handle of live) handle.add(1);
  expect(Object.values(await samples())).toEqual(Array(50).fill(1));
});

test("a bound recording allocates nothing", async () => {
  const { meter } = meterUnderTest();
  const counter = meter.createCounter("c_total").bind({ task: "a", queue: "b" });
  const histogram = meter.createHistogram("h").bind({ task: "a", queue: "b" });
  const run = (times: number): void => {
    for (let index = 0; index < times; index++) {
      counter.add(1);
      histogram.record(index % 1000);
    }
  };
  run(200_000);
  const grown = Array.from({ length: 9 }, () => {
    const before = process.memoryUsage().heapUsed;
    run(200_000);
    return process.memoryUsage().heapUsed - before;
  });
  // One byte per recording would be 400 kB. The middle of several, for the rest of the process breathes in the meantime, and may be
  // compiling the loop still.
  expect(grown.sort((a, b) => a - b)[4]).toBeLessThan(200_000);
});
