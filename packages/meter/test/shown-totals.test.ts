import { ValueType } from "@opentelemetry/api";
import { expect, test } from "vitest";
import {
  type BindableMeterProvider,
  createMeterProvider,
  type ShownInstrument,
  type ShownTotal,
} from "../src/index.ts";

const DONE: ShownInstrument = {
  name: "done_total",
  kind: "counter",
  bounds: [],
  description: "Done by all",
  unit: "{task}",
  isInteger: true,
};
const WAIT: ShownInstrument = { name: "wait_seconds", kind: "histogram", bounds: [1, 10], unit: "s" };

function total(instrument: ShownInstrument, task: string, ...cells: number[]): ShownTotal {
  return { instrument, attributes: { task }, key: `${instrument.name} ${task}`, cells: Float64Array.from(cells) };
}

const page = async (provider: BindableMeterProvider): Promise<string> =>
  (await provider.createExposition().render()).text();

test("counters, histograms and gauges stand on the page exactly as given", async () => {
  const provider = createMeterProvider();
  await provider.showTotals([
    total(DONE, "send", 5),
    total(WAIT, "send", 12.5, 1, 2, 1),
    total({ name: "active", kind: "gauge", bounds: [] }, "send", 0),
  ]);
  expect(await page(provider)).toBe(
    [
      "# HELP active description missing\n# TYPE active gauge\n",
      'active{task="send"} 0\n',
      "# HELP done_total Done by all\n# TYPE done_total counter\n",
      'done_total{task="send"} 5\n',
      "# HELP wait_seconds description missing\n# TYPE wait_seconds histogram\n",
      'wait_seconds_bucket{task="send",le="1"} 1\n',
      'wait_seconds_bucket{task="send",le="10"} 3\n',
      'wait_seconds_bucket{task="send",le="+Inf"} 4\n',
      'wait_seconds_sum{task="send"} 12.5\n',
      'wait_seconds_count{task="send"} 4\n',
    ].join(""),
  );
});

test("what is shown next replaces it: grown, born and ended", async () => {
  const provider = createMeterProvider();
  await provider.showTotals([total(DONE, "send", 5), total(DONE, "receive", 1), total(WAIT, "send", 0, 0, 0, 0)]);
  await page(provider);
  await provider.showTotals([total(DONE, "send", 6), total(DONE, "print", 2), total(WAIT, "send", 3, 0, 1, 0)]);
  const text = await page(provider);
  expect(text).toContain('done_total{task="send"} 6\ndone_total{task="print"} 2\n');
  expect(text).not.toContain("receive");
  expect(text).toContain('wait_seconds_count{task="send"} 1\n');
});

test("a histogram may have other bounds from one time to the next", async () => {
  const provider = createMeterProvider();
  await provider.showTotals([total(WAIT, "send", 3, 0, 1, 0), total(DONE, "send", 1)]);
  await provider.showTotals([total({ ...WAIT, bounds: [2] }, "send", 4, 1, 1), total(DONE, "send", 2)]);
  const text = await page(provider);
  expect(text).toContain('wait_seconds_bucket{task="send",le="2"} 1\nwait_seconds_bucket{task="send",le="+Inf"} 2\n');
  expect(text).not.toContain('le="10"');
  expect(text).toContain('done_total{task="send"} 2\n');
});

test("a producer gives them without extremes and with no beginning, the same from every process", async () => {
  const provider = createMeterProvider();
  const producer = provider.createProducer();
  await provider.showTotals([total(DONE, "send", 5), total(WAIT, "send", 12.5, 1, 2, 1)]);
  const { resourceMetrics } = await producer.collect();
  const [done, wait] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  expect(done).toMatchObject({
    descriptor: { name: "done_total", unit: "{task}", valueType: ValueType.INT },
    isMonotonic: true,
    dataPoints: [{ startTime: [0, 0], attributes: { task: "send" }, value: 5 }],
  });
  expect(wait?.dataPoints[0]?.value).toEqual({
    buckets: { boundaries: [1, 10], counts: [1, 2, 1] },
    count: 4,
    sum: 12.5,
  });
});

test("an instrument of whole numbers drops fractions, another does not", async () => {
  const provider = createMeterProvider();
  await provider.showTotals([
    total(DONE, "send", 5.75),
    total({ ...DONE, name: "x_total", isInteger: false }, "send", 5.75),
  ]);
  expect(await page(provider)).toMatch(/done_total\{task="send"\} 5\n[\s\S]*x_total\{task="send"\} 5.75\n/);
});

test("the overflow of other processes is the overflow here", async () => {
  const provider = createMeterProvider();
  const attributes = { "otel.metric.overflow": true };
  await provider.showTotals([{ instrument: DONE, attributes, key: "o", cells: Float64Array.of(7) }]);
  expect(await page(provider)).toContain('done_total{otel_metric_overflow="true"} 7\n');
  expect(provider.seriesCounts()).toEqual([]);
});

test("another provider's page takes them in, each label set once, and its own observables are asked alone", async () => {
  const own = createMeterProvider();
  const meter = own.getMeter("test");
  meter.createObservableCounter("done_total").addCallback((result) => result.observe(9, { task: "send" }));
  meter.createCounter("errors_total").add(1);
  const shown = createMeterProvider();
  shown
    .getMeter("test")
    .createObservableGauge("asked")
    .addCallback((result) => result.observe(1));
  await shown.showTotals([total(DONE, "send", 5), total(DONE, "receive", 1)]);
  const rendered = await own.createExposition().render({ beside: Promise.resolve([shown]) });
  const text = rendered.text();
  expect(text.split("\n").filter((line) => line.startsWith("# TYPE"))).toEqual([
    "# TYPE done_total counter",
    "# TYPE errors_total counter",
  ]);
  expect(text).toContain('done_total{task="send"} 9\ndone_total{task="receive"} 1\n');
});
