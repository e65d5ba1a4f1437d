import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

test("beyond the limit one overflow series holds the rest, and the total stays right", async () => {
  const { meter, samples, provider, warnings, refusals } = meterUnderTest({ maxSeries: 10 });
  const counter = meter.createCounter("c_total");
  for (let index = 0; index < 25; index++) counter.add(index, { k: String(index) });
  const page = await samples();
  expect(Object.keys(page)).toHaveLength(11);
  expect(page['c_total{otel_metric_overflow="true"}']).toBe(
    10 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19 + 20 + 21 + 22 + 23 + 24,
  );
  expect(Object.values(page).reduce((sum, value) => sum + value, 0)).toBe((24 * 25) / 2);
  expect(provider.seriesCounts()).toEqual([{ instrument: "c_total", live: 10, refused: 15 }]);
  expect(refusals).toEqual(Array(15).fill({ instrument: "c_total", reason: "series_limit" }));
  expect(warnings).toHaveLength(1);
});

test("the limit counts over the life of the process, not per collection", async () => {
  const { meter, samples, provider } = meterUnderTest({ maxSeries: 10 });
  const counter = meter.createCounter("c_total");
  for (let round = 0; round < 5; round++) {
    for (let index = 0; index < 9; index++) counter.add(1, { k: `${round}-${index}` });
    await samples();
  }
  expect(Object.keys(await samples())).toHaveLength(11);
  expect(provider.seriesCounts()).toEqual([{ instrument: "c_total", live: 10, refused: 35 }]);
});

test("each instrument has its own limit; the default is 2000", async () => {
  const { meter, provider } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  const histogram = meter.createHistogram("h");
  for (let index = 0; index < 2001; index++) counter.add(1, { k: index });
  histogram.record(1, { k: 0 });
  expect(provider.seriesCounts()).toEqual([
    { instrument: "c_total", live: 2000, refused: 1 },
    { instrument: "h", live: 1, refused: 0 },
  ]);
});

test("removing a series makes room for another", async () => {
  const { meter, samples } = meterUnderTest({ maxSeries: 1 });
  const counter = meter.createCounter("c_total");
  const first = counter.bind({ k: "a" });
  first.remove();
  counter.add(1, { k: "b" });
  expect(await samples()).toEqual({ 'c_total{k="b"}': 1 });
});

test("a handle bound beyond the limit records to the overflow series and cannot remove it", async () => {
  const { meter, samples } = meterUnderTest({ maxSeries: 1 });
  const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } });
  histogram.bind({ k: "a" });
  const beyond = histogram.bind({ k: "b" });
  beyond.record(2);
  beyond.remove();
  beyond.record(3);
  expect(await samples()).toMatchObject({
    'h_count{otel_metric_overflow="true"}': 2,
    'h_sum{otel_metric_overflow="true"}': 5,
  });
});

test("the overflow series can be asked for by its attribute, takes no place and cannot be removed", async () => {
  const { meter, samples, refusals, provider } = meterUnderTest({ maxSeries: 1 });
  const counter = meter.createCounter("c_total");
  const overflow = counter.bind({ "otel.metric.overflow": true });
  expect(await samples()).toEqual({ 'c_total{otel_metric_overflow="true"}': 0 });
  overflow.add(1);
  counter.add(10, { "otel.metric.overflow": true });
  counter.add(1, { k: "a" });
  overflow.remove();
  expect(counter.removeSeries({ "otel.metric.overflow": true })).toBe(false);
  overflow.add(100);
  expect(refusals).toEqual([]);
  counter.add(1000, { k: "b" });
  expect(await samples()).toEqual({ 'c_total{k="a"}': 1, 'c_total{otel_metric_overflow="true"}': 1111 });
  expect(provider.seriesCounts()).toEqual([{ instrument: "c_total", live: 1, refused: 1 }]);
});

test("a hook may count refusals on a limited instrument of the same provider", async () => {
  const { meter, samples } = meterUnderTest({
    maxSeries: 1,
    onRefused: ({ instrument }) => overflows.add(1, { instrument, refusal: refused++ }),
  });
  let refused = 0;
  const overflows = meter.createCounter("overflow_total");
  const counter = meter.createCounter("c_total");
  for (let index = 0; index < 4; index++) counter.add(1, { k: index });
  expect(await samples()).toEqual({
    'c_total{k="0"}': 1,
    'c_total{otel_metric_overflow="true"}': 3,
    'overflow_total{instrument="c_total",refusal="0"}': 1,
    'overflow_total{otel_metric_overflow="true"}': 2,
  });
});

test("a hook that throws reaches nobody", () => {
  const { meter } = meterUnderTest({
    maxSeries: 1,
    onRefused: () => {
      throw new Error("from the hook");
    },
    onWarning: () => {
      throw new Error("from the logger");
    },
  });
  const counter = meter.createCounter("c_total");
  expect(() => {
    counter.add(1, { k: "a" });
    counter.add(1, { k: "b" });
    counter.add(-1, { k: "a" });
  }).not.toThrow();
});

test.each([0, -1, 1.5, Number.NaN, Infinity])("a limit of %s is refused at once", (maxSeries) => {
  expect(() => meterUnderTest({ maxSeries })).toThrow(/maxSeries is .*; give a whole number from 1/);
});

test.each([0, -1, Number.NaN, Infinity])("an idle time of %s is refused at once", (pruneIdleMs) => {
  expect(() => meterUnderTest({ pruneIdleMs })).toThrow(/pruneIdleMs is .*; give milliseconds above 0/);
});
