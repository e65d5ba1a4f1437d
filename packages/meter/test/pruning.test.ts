import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

function clocked(options: { maxSeries?: number } = {}) {
  let time = 1_000_000;
  const under = meterUnderTest({ ...options, pruneIdleMs: 1000, now: () => time });
  return {
    ...under,
    later: (ms: number): void => {
      time += ms;
    },
  };
}

test("a series that nobody recorded to for the idle time is gone from the next page", async () => {
  const { meter, samples, later } = clocked();
  const counter = meter.createCounter("c_total");
  counter.add(1, { k: "idle" });
  counter.add(1, { k: "busy" });
  await samples();
  later(600);
  counter.add(1, { k: "busy" });
  expect(Object.keys(await samples())).toHaveLength(2);
  later(600);
  expect(await samples()).toEqual({ 'c_total{k="busy"}': 2 });
});

test("a gauge that keeps its value and an up-down counter that returns to its value are not idle", async () => {
  const { meter, samples, later } = clocked();
  const gauge = meter.createGauge("g");
  const level = meter.createUpDownCounter("u");
  for (let round = 0; round < 5; round++) {
    gauge.record(7, { k: "same" });
    level.add(1, { k: "same" });
    level.add(-1, { k: "same" });
    await samples();
    later(600);
  }
  expect(await samples()).toEqual({ 'g{k="same"}': 7, 'u{k="same"}': 0 });
});

test("a bound series is declared and stays", async () => {
  const { meter, samples, later } = clocked();
  const bound = meter.createCounter("c_total").bind({ k: "declared" });
  await samples();
  later(5000);
  await samples();
  later(5000);
  expect(await samples()).toEqual({ 'c_total{k="declared"}': 0 });
  bound.add(1);
  expect(await samples()).toEqual({ 'c_total{k="declared"}': 1 });
});

test("pruning frees places under the limit", async () => {
  const { meter, samples, later, provider } = clocked({ maxSeries: 2 });
  const counter = meter.createCounter("c_total");
  counter.add(1, { k: "a" });
  counter.add(1, { k: "b" });
  await samples();
  later(2000);
  counter.add(1, { k: "c" });
  expect(await samples()).toEqual({ 'c_total{k="c"}': 1 });
  expect(provider.seriesCounts()).toEqual([{ instrument: "c_total", live: 1, refused: 0 }]);
});

test("without the option nothing is ever pruned", async () => {
  let time = 0;
  const { meter, samples } = meterUnderTest({ now: () => time });
  meter.createCounter("c_total").add(1, { k: "old" });
  for (let day = 0; day < 3; day++) {
    await samples();
    time += 86_400_000;
  }
  expect(await samples()).toEqual({ 'c_total{k="old"}': 1 });
});
