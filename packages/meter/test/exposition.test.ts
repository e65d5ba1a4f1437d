import { gunzipSync } from "node:zlib";
import { ValueType } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, MeterProvider, MetricReader, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";
import { parsePage } from "./parse-page.ts";

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function standardProvider(temporality = AggregationTemporality.CUMULATIVE) {
  const reader = new ManualReader({ aggregationTemporalitySelector: () => temporality });
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes({ "service.name": "app", "9": "illegal" }),
  });
  const collect = async (): Promise<ResourceMetrics[]> => [(await reader.collect()).resourceMetrics];
  return { meter: provider.getMeter("app"), collect };
}

test("the text of a small page", async () => {
  const { meter, page } = meterUnderTest();
  meter
    .createHistogram("wait_seconds", { description: "Wait", advice: { explicitBucketBoundaries: [0.5] } })
    .bind({ q: "a" })
    .record(0.25);
  meter.createCounter("requests", { description: "Requests\nserved \\ all", unit: "s" }).add(3);
  meter.createUpDownCounter("level").add(-1.5, { b: "2", a: "1" });
  expect((await page()).text).toBe(`# HELP level description missing
# TYPE level gauge
level{a="1",b="2"} -1.5
# HELP requests_total Requests\\nserved \\\\ all
# TYPE requests_total counter
requests_total 3
# HELP wait_seconds Wait
# TYPE wait_seconds histogram
wait_seconds_bucket{q="a",le="0.5"} 1
wait_seconds_bucket{q="a",le="+Inf"} 1
wait_seconds_sum{q="a"} 0.25
wait_seconds_count{q="a"} 1
`);
});

test("an empty provider renders an empty page", async () => {
  const { page, meter } = meterUnderTest();
  meter.createCounter("unused");
  expect((await page()).text).toBe("");
});

test("numbers are written as Prometheus reads them", async () => {
  const { meter, samples, page } = meterUnderTest();
  const gauge = meter.createGauge("g");
  const values = [
    Number.NaN,
    Infinity,
    -Infinity,
    1e21,
    5e-324,
    Number.MAX_VALUE,
    -0,
    0.1 + 0.2,
    4294967296,
    999999999,
  ];
  for (const [k, value] of values.entries()) gauge.record(value, { k });
  expect(Object.values(await samples())).toEqual([...values.slice(0, 6), 0, ...values.slice(7)]);
  expect((await page()).text).toContain('g{k="1"} +Inf\n');
});

test("bucket counts of every size are written in full", async () => {
  const { meter, samples } = meterUnderTest();
  const bound = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } }).bind();
  const cells = bound as unknown as { cells: Float64Array; offset: number };
  const bucket = cells.offset + 2 + 4;
  for (const count of [9, 10, 99, 100, 12345, 999_999_999, 1e9, 2 ** 31, 2 ** 40, 2 ** 53]) {
    cells.cells[cells.offset + 2] = count;
    cells.cells[bucket] = count;
    expect(await samples()).toMatchObject({ 'h_bucket{le="+Inf"}': count, "h_count{}": count });
  }
});

test("a series that did not change is not rendered again", async () => {
  const { meter, page } = meterUnderTest();
  const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [1] } });
  const still = histogram.bind({ k: "still" });
  const busy = histogram.bind({ k: "busy" });
  still.record(1);
  busy.record(1);
  const { text: first } = await page();
  // Writing past the back of the mark: only a series that is rendered again could show it.
  const cells = still as unknown as { cells: Float64Array; offset: number };
  cells.cells[cells.offset + 2 + 1] = 12345;
  busy.record(1);
  const { text: second } = await page();
  expect(second).not.toContain("12345");
  expect(second).toBe(first.replaceAll(/(k="busy".*) 1$/gm, "$1 2"));
  still.record(1);
  expect((await page()).text).toContain('h_sum{k="still"} 12346\n');
});

test("a page is produced in slices: the loop runs in between", async () => {
  const { meter, provider } = meterUnderTest({ maxSeries: 5000 });
  const histogram = meter.createHistogram("h");
  for (let index = 0; index < 4000; index++) histogram.record(index, { k: index });
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns++;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const page = await provider.createExposition({ sliceMs: 0.2 }).render();
  running = false;
  expect(turns).toBeGreaterThan(5);
  expect(parsePage(page.text()).samples.size).toBe(4000 * 18);
});

test("recordings, births and removals between slices leave every series consistent and the page valid", async () => {
  const { meter, provider } = meterUnderTest({ maxSeries: 5000 });
  const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [1, 2, 3] } });
  const bound = Array.from({ length: 2000 }, (_, k) => histogram.bind({ k: `${k}` }));
  let running = true;
  let round = 0;
  const churn = (): void => {
    round++;
    for (const handle of bound) handle.record(round % 4);
    bound[(round * 13) % 2000]?.remove();
    histogram.record(1, { k: `new${round}` });
    if (running) setImmediate(churn);
  };
  setImmediate(churn);
  const pages = await Promise.all([1, 2].map(() => provider.createExposition({ sliceMs: 0.001 }).render()));
  running = false;
  expect(round).toBeGreaterThan(2);
  for (const page of pages) {
    const { samples } = parsePage(page.text());
    const counts = [...samples].filter(([key]) => key.startsWith("h_count"));
    expect(counts.length).toBeGreaterThan(1500);
    for (const [key, count] of counts) {
      const infinite = key.replace("h_count", "h_bucket").replace("}", ',le="+Inf"}');
      expect(samples.get(infinite)).toBe(count);
    }
  }
});

test("a page larger than a chunk comes in several, and byteLength is their sum", async () => {
  const { meter, provider } = meterUnderTest();
  const gauge = meter.createGauge("g");
  for (let index = 0; index < 2000; index++) gauge.record(index, { k: `${index}${"é".repeat(120)}` });
  const page = await provider.createExposition().render();
  expect(page.chunks.length).toBeGreaterThan(1);
  expect(page.byteLength).toBe(Buffer.concat(page.chunks).length);
  expect(parsePage(page.text()).samples.size).toBe(2000);
});

test("a page in gzip is the same page, in chunks whose memory was used again and again", async () => {
  const { meter, provider } = meterUnderTest({ maxSeries: 6000 });
  const histogram = meter.createHistogram("h");
  for (let index = 0; index < 5000; index++) histogram.record(index, { k: `${index} é` });
  const exposition = provider.createExposition({ sliceMs: 0.5 });
  const [plain, zipped] = await Promise.all([exposition.render(), exposition.render({ encoding: "gzip" })]);
  expect([plain.encoding, zipped.encoding]).toEqual(["identity", "gzip"]);
  expect(plain.chunks.length).toBeGreaterThan(10);
  expect(zipped.byteLength).toBeLessThan(plain.byteLength / 5);
  expect(gunzipSync(Buffer.concat(zipped.chunks)).toString()).toBe(plain.text());
  expect(zipped.text()).toBe(plain.text());
});

test("an empty page can be compressed", async () => {
  const { provider } = meterUnderTest();
  const page = await provider.createExposition().render({ encoding: "gzip" });
  expect(page.text()).toBe("");
  expect(page.byteLength).toBeGreaterThan(0);
});

test("one header per family, whoever contributes, and the standard provider's samples under it", async () => {
  const { provider, samples, page } = meterUnderTest();
  provider.getMeter("one").createCounter("shared_total").add(1, { from: "one" });
  provider.getMeter("two").createCounter("shared_total", { description: "Shared" }).add(2, { from: "two" });
  const app = standardProvider();
  app.meter.createCounter("shared").add(3, { from: "app" });
  app.meter
    .createHistogram("app.duration", { advice: { explicitBucketBoundaries: [1, 5] } })
    .record(2, { "http.route": "/x" });
  app.meter.createGauge("app_level", { valueType: ValueType.INT }).record(-4);
  const extra = await app.collect();
  expect(await samples({ extra })).toEqual({
    'target_info{service_name="app"}': 1,
    'shared_total{from="one"}': 1,
    'shared_total{from="two"}': 2,
    'shared_total{from="app"}': 3,
    'app_duration_bucket{http_route="/x",le="1"}': 0,
    'app_duration_bucket{http_route="/x",le="5"}': 1,
    'app_duration_bucket{http_route="/x",le="+Inf"}': 1,
    'app_duration_sum{http_route="/x"}': 2,
    'app_duration_count{http_route="/x"}': 1,
    "app_level{}": -4,
  });
  const { types, helps } = await page({ extra });
  expect(Object.fromEntries(types)).toEqual({
    app_duration: "histogram",
    app_level: "gauge",
    shared_total: "counter",
    target_info: "gauge",
  });
  expect(helps.get("shared_total")).toBe("Shared");
});

test("where a type clashes ours stays, the other is left out and counted, the page is whole", async () => {
  const { meter, samples, refusals, warnings } = meterUnderTest();
  meter.createGauge("x").record(1);
  const app = standardProvider();
  app.meter.createHistogram("x").record(5);
  app.meter.createCounter("fine").add(1);
  const extra = await app.collect();
  expect(await samples({ extra })).toEqual({ 'target_info{service_name="app"}': 1, "x{}": 1, "fine_total{}": 1 });
  expect(refusals.filter(({ reason }) => reason === "exposition_clash")).toEqual([
    { instrument: "x", reason: "exposition_clash" },
  ]);
  expect(
    warnings.some(({ message }) => message === "x is a gauge on the page already, not a histogram; left out."),
  ).toBe(true);
});

test("a family may not write samples under the names of a histogram", async () => {
  const { meter, samples, refusals } = meterUnderTest();
  meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } }).record(1);
  meter.createGauge("h_count").record(99);
  meter.createGauge("z_sum").record(7);
  meter.createHistogram("z").record(1);
  expect(await samples()).toEqual({ 'h_bucket{le="+Inf"}': 1, "h_sum{}": 1, "h_count{}": 1, "z_sum{}": 7 });
  expect(refusals).toHaveLength(2);
});

test("of two samples of one label set ours stays and the other is counted", async () => {
  const { meter, samples, refusals } = meterUnderTest();
  meter.createCounter("x_total").add(1, { k: "a" });
  const app = standardProvider();
  const counter = app.meter.createCounter("x");
  counter.add(50, { k: "a" });
  counter.add(60, { k: "b" });
  const other = app.meter.createCounter("y");
  other.add(1, { "a.b": "v" });
  other.add(2, { "a-b": "v" });
  const page = await samples({ extra: await app.collect() });
  expect(page).toMatchObject({ 'x_total{k="a"}': 1, 'x_total{k="b"}': 60, 'y_total{a_b="v"}': 1 });
  expect(refusals.filter(({ reason }) => reason === "exposition_clash")).toHaveLength(2);
});

test("what has no form on a page is left out and counted", async () => {
  const { meter, samples, refusals } = meterUnderTest();
  meter.createGauge("-").record(1);
  const app = standardProvider(AggregationTemporality.DELTA);
  app.meter.createCounter("delta").add(1);
  app.meter.createGauge("level").record(2);
  expect(await samples({ extra: await app.collect() })).toEqual({ 'target_info{service_name="app"}': 1, "level{}": 2 });
  expect(refusals.map(({ instrument, reason }) => [instrument, reason])).toEqual([
    ["target_info", "attribute"],
    ["-", "exposition_clash"],
    ["delta", "exposition_clash"],
  ]);
});

test("the standard provider's long label values are not cut, its overflow series is shown", async () => {
  const { samples } = meterUnderTest();
  const app = standardProvider();
  const counter = app.meter.createCounter("c");
  counter.add(1, { k: "x".repeat(300) });
  for (let index = 0; index < 2100; index++) counter.add(1, { k: index });
  const page = await samples({ extra: await app.collect() });
  expect(page[`c_total{k="${"x".repeat(300)}"}`]).toBe(1);
  expect(page['c_total{otel_metric_overflow="true"}']).toBeGreaterThan(0);
});

test("target_info takes the labels it is given, once", async () => {
  const { provider } = meterUnderTest();
  const app = standardProvider();
  app.meter.createCounter("c").add(1);
  const extra = [...(await app.collect()), ...(await app.collect())];
  const page = await provider.createExposition({ targetInfo: { "service.name": "mine" } }).render({ extra });
  const { samples } = parsePage(page.text());
  expect([...samples.keys()].filter((key) => key.startsWith("target_info"))).toEqual([
    'target_info{service_name="mine"}',
  ]);
});

test.each(["identity", "gzip"] as const)(
  "a trailer is told what is on the page and ends it, with %s",
  async (encoding) => {
    const { meter, provider } = meterUnderTest();
    meter.createCounter("requests").add(3);
    meter.createHistogram("wait_seconds").record(1);
    meter.createCounter("unused");
    const asked: string[][] = [];
    const page = await provider.createExposition().render({
      encoding,
      async *trailer(families) {
        asked.push([...families]);
        yield "# HELP other Of another origin\n# TYPE other gauge\n";
        for (let piece = 0; piece < 100; piece++) yield `other{n="${piece}${"é".repeat(10_000)}"} 1\n`;
        yield "# TYPE last gauge\nlast 1\n";
      },
    });
    expect(asked).toEqual([["requests_total", "wait_seconds"]]);
    const text = page.text();
    expect(text).toMatch(/^# HELP requests_total/);
    expect(text.match(/^other\{/gm)).toHaveLength(100);
    expect(text.endsWith('"} 1\n# TYPE last gauge\nlast 1\n')).toBe(true);
    expect(parsePage(text).samples.size).toBeGreaterThan(100);
  },
);
