import { ValueType } from "@opentelemetry/api";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

test("a collection reports what it observed and nothing from before", async () => {
  const { meter, samples } = meterUnderTest();
  const gauge = meter.createObservableGauge("length");
  let queues = ["a", "b"];
  gauge.addCallback((result) => {
    for (const queue of queues) result.observe(queue.length, { queue });
  });
  expect(await samples()).toEqual({ 'length{queue="a"}': 1, 'length{queue="b"}': 1 });
  queues = ["b"];
  expect(await samples()).toEqual({ 'length{queue="b"}': 1 });
  queues = [];
  expect(await samples()).toEqual({});
});

test("of two observations of one label set the last holds", async () => {
  const { meter, samples } = meterUnderTest();
  meter.createObservableGauge("g").addCallback((result) => {
    result.observe(1, { a: "x", b: "y" });
    result.observe(2, { b: "y", a: "x" });
  });
  expect(await samples()).toEqual({ 'g{a="x",b="y"}': 2 });
});

test("a callback that throws costs only what it had not observed yet", async () => {
  const { meter, page } = meterUnderTest();
  const gauge = meter.createObservableGauge("g");
  let broken = false;
  gauge.addCallback((result) => {
    result.observe(1, { k: "before" });
    if (broken) throw new Error("the server went away");
    result.observe(2, { k: "after" });
  });
  gauge.addCallback((result) => result.observe(3, { k: "other" }));
  expect(Object.fromEntries((await page()).samples)).toEqual({
    'g{k="before"}': 1,
    'g{k="after"}': 2,
    'g{k="other"}': 3,
  });
  broken = true;
  const { samples, errors } = await page();
  expect(Object.fromEntries(samples)).toEqual({ 'g{k="before"}': 1, 'g{k="other"}': 3 });
  expect(errors).toEqual([new Error("the server went away")]);
});

test("a callback that rejects is an error of that collection alone", async () => {
  const { meter, page } = meterUnderTest();
  meter.createObservableGauge("g").addCallback(async () => {
    throw new Error("refused");
  });
  meter.createCounter("c_total").bind();
  const { samples, errors } = await page();
  expect(Object.fromEntries(samples)).toEqual({ "c_total{}": 0 });
  expect(errors).toEqual([new Error("refused")]);
});

test("a callback that outlives the deadline keeps what it had observed and is not heard afterwards", async () => {
  const { meter, page } = meterUnderTest();
  const late = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let calls = 0;
  const slow = meter.createObservableGauge("slow");
  slow.addCallback(async (result) => {
    if (++calls > 1) return;
    result.observe(1, { k: "in time" });
    await late.promise;
    result.observe(2, { k: "too late" });
    finished.resolve();
  });
  meter.createObservableGauge("fast").addCallback((result) => result.observe(3));
  const first = await page({ timeoutMs: 30 });
  expect(Object.fromEntries(first.samples)).toEqual({ 'slow{k="in time"}': 1, "fast{}": 3 });
  expect(first.errors).toEqual([new Error("A callback of slow did not end within 30 ms.")]);
  late.resolve();
  await finished.promise;
  expect(Object.fromEntries((await page()).samples)).toEqual({ "fast{}": 3 });
});

test("a callback that rejects after the deadline disturbs nobody", async () => {
  const { meter, page } = meterUnderTest();
  const late = Promise.withResolvers<void>();
  meter.createObservableGauge("g").addCallback(() => late.promise);
  expect((await page({ timeoutMs: 20 })).errors).toHaveLength(1);
  late.reject(new Error("too late"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await late.promise.catch((error: unknown) => error)).toEqual(new Error("too late"));
});

test("a result whose then throws is a failure of its callback", async () => {
  const { meter, page } = meterUnderTest();
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("no then");
      },
    },
  );
  meter.createObservableGauge("g").addCallback(() => hostile as unknown as Promise<void>);
  expect((await page()).errors).toEqual([new Error("no then")]);
});

test("a callback added twice runs once; a removed one no more", async () => {
  const { meter, samples } = meterUnderTest();
  const gauge = meter.createObservableGauge("g");
  let calls = 0;
  const callback = (): void => {
    calls++;
  };
  gauge.addCallback(callback);
  gauge.addCallback(callback);
  await samples();
  expect(calls).toBe(1);
  gauge.removeCallback(callback);
  await samples();
  expect(calls).toBe(1);
});

test("a batch callback observes its instruments and no others", async () => {
  const { meter, samples } = meterUnderTest();
  const foreign = new MeterProvider().getMeter("other").createObservableGauge("foreign");
  const one = meter.createObservableGauge("one");
  const two = meter.createObservableCounter("two_total");
  const three = meter.createObservableUpDownCounter("three");
  const callback = (result: { observe: (instrument: typeof one, value: number) => void }): void => {
    for (const [index, instrument] of [one, two, three, foreign].entries()) result.observe(instrument, index + 1);
  };
  meter.addBatchObservableCallback(callback, [one, two, foreign]);
  meter.addBatchObservableCallback(callback, [two, one]);
  expect(await samples()).toEqual({ "one{}": 1, "two_total{}": 2 });
  meter.removeBatchObservableCallback(callback, [two, one]);
  expect(await samples()).toEqual({});
});

test("a batch without an observable of ours is said and not run", async () => {
  const { meter, samples, warnings } = meterUnderTest();
  let calls = 0;
  meter.addBatchObservableCallback(() => {
    calls++;
  }, []);
  await samples();
  expect(calls).toBe(0);
  expect(warnings.map(({ code }) => code)).toEqual(["instrument_definition"]);
});

test("values that would poison a sum are refused; a gauge may be negative", async () => {
  const { meter, samples, refusals } = meterUnderTest();
  const observe = (values: unknown[]) => (result: { observe: (value: number, attributes: { k: number }) => void }) => {
    for (const [k, value] of values.entries()) result.observe(value as number, { k });
  };
  meter.createObservableCounter("c_total").addCallback(observe([1, -1, Number.NaN, Infinity, "1", 1n]));
  meter.createObservableUpDownCounter("u").addCallback(observe([-1, Number.NaN]));
  meter.createObservableGauge("g").addCallback(observe([-1, "x"]));
  meter.createObservableGauge("i", { valueType: ValueType.INT }).addCallback(observe([1.9, Number.NaN]));
  expect(await samples()).toEqual({ 'c_total{k="0"}': 1, 'u{k="0"}': -1, 'g{k="0"}': -1, 'i{k="0"}': 1 });
  expect(refusals.map(({ instrument }) => instrument).sort()).toEqual([...Array(5).fill("c_total"), "g", "i", "u"]);
});

test("observations beyond the limit of one collection are left out and counted, never folded", async () => {
  const { meter, samples, refusals } = meterUnderTest({ maxObserved: 3 });
  meter.createObservableGauge("g").addCallback((result) => {
    for (let k = 0; k < 5; k++) result.observe(k, { k });
    result.observe(10, { k: 0 });
  });
  expect(await samples()).toEqual({ 'g{k="0"}': 10, 'g{k="1"}': 1, 'g{k="2"}': 2 });
  expect(refusals).toEqual(Array(2).fill({ instrument: "g", reason: "observation_limit" }));
});

test("hostile attributes in an observation do not fail the callback", async () => {
  const { meter, page } = meterUnderTest();
  meter.createObservableGauge("g").addCallback((result) => {
    result.observe(1, { k: 1n as unknown as string, "9": "x" });
    result.observe(2, { k: Symbol("s") as unknown as string, a: "x" });
  });
  const { samples, errors } = await page();
  expect(Object.fromEntries(samples)).toEqual({ 'g{k="1"}': 1, 'g{a="x"}': 2 });
  expect(errors).toEqual([]);
});
