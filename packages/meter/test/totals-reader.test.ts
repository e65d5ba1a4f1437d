import fc from "fast-check";
import { expect, test } from "vitest";
import { createMeterProvider, type TotalsSnapshot } from "../src/index.ts";
import { propertyRuns } from "./property-runs.ts";

const OVERFLOW = { "otel.metric.overflow": true };

function start(maxSeries = 10) {
  const provider = createMeterProvider({ maxSeries });
  const meter = provider.getMeter("test");
  const reader = provider.createTotalsReader();
  const counter = meter.createCounter("done_total");
  const histogram = meter.createHistogram("wait", { advice: { explicitBucketBoundaries: [1, 10] } });
  return { provider, meter, reader, counter, histogram };
}

/** The cells of the series with these labels. */
function cellsOf({ shape, cells }: TotalsSnapshot, name: string, attributes: object): number[] | undefined {
  let at = 0;
  for (const series of shape) {
    const width = series.kind === "counter" ? 1 : series.bounds.length + 2;
    const isMeant = series.instrument === name && JSON.stringify(series.attributes) === JSON.stringify(attributes);
    if (isMeant) return [...cells.subarray(at, at + width)];
    at += width;
  }
  return undefined;
}

test("a counter is its sum, a histogram its sum and the count of each bucket; gauges have no total", () => {
  const { meter, reader, counter, histogram } = start();
  counter.bind({ task: "idle" });
  counter.add(3, { task: "send" });
  for (const value of [0.5, 5, 7, 20]) histogram.record(value);
  meter.createUpDownCounter("open").add(1);
  meter.createGauge("level").record(1);
  expect(reader.read()).toEqual({
    shape: [
      { instrument: "done_total", kind: "counter", bounds: [], attributes: { task: "idle" } },
      { instrument: "done_total", kind: "counter", bounds: [], attributes: { task: "send" } },
      { instrument: "wait", kind: "histogram", bounds: [1, 10], attributes: {} },
    ],
    cells: Float64Array.of(0, 3, 32.5, 1, 2, 1),
  });
});

test("the shape is the same object until a label set is born, and the cells are a copy", () => {
  const { reader, counter } = start();
  counter.add(1, { task: "send" });
  const before = reader.read();
  counter.add(1, { task: "send" });
  const after = reader.read();
  expect(after.shape).toBe(before.shape);
  expect(before.cells).toEqual(Float64Array.of(1));
  counter.add(1, { task: "receive" });
  expect(reader.read().shape).not.toBe(before.shape);
});

test("a series that is removed stays with what it came to, and goes on from there", () => {
  const { reader, counter, histogram } = start();
  counter.add(2, { task: "send" });
  histogram.record(5, { task: "send" });
  // Even when it came and went between two readings.
  counter.removeSeries({ task: "send" });
  histogram.removeSeries({ task: "send" });
  const { shape, cells } = reader.read();
  expect(cells).toEqual(Float64Array.of(2, 5, 0, 1, 0));
  counter.add(1, { task: "send" });
  histogram.record(0.5, { task: "send" });
  const later = reader.read();
  expect(later.shape).toBe(shape);
  expect(later.cells).toEqual(Float64Array.of(3, 5.5, 1, 1, 0));
});

test("label sets that come and go without end are told apart up to twice the limit, then counted together", () => {
  const { reader, counter } = start(5);
  for (let index = 0; index < 100; index++) {
    counter.add(1, { task: String(index) });
    counter.removeSeries({ task: String(index) });
  }
  const totals = reader.read();
  expect(totals.shape.length).toBe(11);
  expect(cellsOf(totals, "done_total", OVERFLOW)).toEqual([90]);
  counter.add(1, { task: "3" });
  counter.add(1, { task: "99" });
  expect(cellsOf(reader.read(), "done_total", { task: "3" })).toEqual([2]);
  expect(cellsOf(reader.read(), "done_total", OVERFLOW)).toEqual([91]);
});

test("of two instruments of one name and kind the first is read", () => {
  const { provider, reader, counter } = start();
  counter.add(1);
  provider.getMeter("other").createCounter("done_total").add(5);
  expect(reader.read().cells).toEqual(Float64Array.of(1));
});

test("sums are rounded as told, counts are not", () => {
  const { provider, counter, histogram } = start();
  const reader = provider.createTotalsReader(Math.floor);
  counter.add(1.75);
  histogram.record(2.5);
  expect(reader.read().cells).toEqual(Float64Array.of(1, 2, 0, 1, 0));
});

test("what is shown is not read as our own", async () => {
  const { provider, reader } = start();
  const instrument = { name: "others_total", kind: "counter", bounds: [] } as const;
  await provider.showTotals([{ instrument, attributes: {}, key: "a", cells: Float64Array.of(5) }]);
  expect(reader.read().shape).toEqual([]);
});

test("whatever comes and goes, no total ever falls and the sum over all is what was added", () => {
  const step = fc.record({ task: fc.nat(8), add: fc.nat(3), remove: fc.boolean(), read: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { reader, counter } = start(2);
      let truth = 0;
      let last = reader.read();
      for (const { task, add, remove, read } of steps) {
        const labels = { task: String(task) };
        counter.add(add, labels);
        truth += add;
        if (remove) counter.removeSeries(labels);
        if (!read) continue;
        const now = reader.read();
        for (const { attributes } of last.shape) {
          const [before = 0] = cellsOf(last, "done_total", attributes) ?? [];
          const [after] = cellsOf(now, "done_total", attributes) ?? [];
          expect(after).toBeGreaterThanOrEqual(before);
        }
        last = now;
      }
      expect(reader.read().cells.reduce((sum, cell) => sum + cell, 0)).toBe(truth);
    }),
    propertyRuns(200),
  );
});
