import { type Attributes, metrics } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { expect, onTestFinished, test } from "vitest";
import { createMetricProducer, startTaskVitals, type TaskVitals, type TaskVitalsOptions } from "../src/index.ts";
import { type MetricsPage, parsePage } from "./metrics-page.ts";
import { refusalOf } from "./refusal.ts";
import { startVitals } from "./start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;

interface Borrowed {
  readonly vitals: TaskVitals;
  readonly warnings: readonly string[];
  /** The page of a standard PrometheusExporter. */
  page(): Promise<MetricsPage>;
  /** What a standard periodic reader pushed last, by name of the metric. */
  push(): Promise<ReadonlyMap<string, readonly { attributes: Attributes; value: unknown }[]>>;
}

/** Starts on a provider of the caller's with both kinds of standard reader; the producer reaches them unless told otherwise. */
async function borrow(options: TaskVitalsOptions = {}, withProducer = true): Promise<Borrowed> {
  const producer = createMetricProducer();
  const metricProducers = withProducer ? [producer] : [];
  const pull = new PrometheusExporter({ preventServerStart: true, metricProducers });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const pushed = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000, metricProducers });
  const meterProvider = new MeterProvider({ readers: [pull, pushed] });
  onTestFinished(() => meterProvider.shutdown());
  const { vitals, warnings } = await startVitals({
    meterProvider,
    ...(withProducer ? { metricProducer: producer } : {}),
    ...options,
  });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return {
    vitals,
    warnings,
    page: async () => parsePage(serializer.serialize((await pull.collect()).resourceMetrics)),
    push: async () => {
      await pushed.forceFlush();
      return pointsOf(exporter.getMetrics().at(-1));
    },
  };
}

function pointsOf(pushed: ResourceMetrics | undefined): Map<string, { attributes: Attributes; value: unknown }[]> {
  const all = (pushed?.scopeMetrics ?? []).flatMap(({ metrics }) => metrics);
  return new Map(
    all.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value }) => ({ attributes, value })),
    ]),
  );
}

test("counters and histograms are on the caller's provider, for every reader it has", async () => {
  const { vitals, page, push, warnings } = await borrow();
  expect(vitals.endpoint).toBeUndefined();
  vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 2 });
  vitals.tasks.record({ ...train, outcome: "failure", durationSeconds: 4, error: new TypeError() });
  const scraped = await page();
  expect(scraped.value("task_success_total", train)).toBe(1);
  expect(scraped.value("task_failure_total", train)).toBe(1);
  expect(scraped.value("task_duration_seconds_sum", train)).toBe(6);
  expect(scraped.value("task_error_total", { ...train, error_type: "TypeError" })).toBe(1);
  const pushed = await push();
  expect(pushed.get("task_success_total")).toEqual([{ attributes: train, value: 1 }]);
  expect(warnings).toEqual([]);
});

test("gauges come through the producer, to every reader that was given it, also when they collect at once", async () => {
  const { vitals, page, push } = await borrow({ concurrency: { gpu: 2 } });
  const run = vitals.tasks.start("train", { queue: "gpu" });
  for (let round = 0; round < 5; round++) {
    const [scraped, pushed] = await Promise.all([page(), push()]);
    expect(scraped.value("task_active", { queue: "gpu" })).toBe(1);
    expect(scraped.value("task_concurrency", { queue: "gpu" })).toBe(2);
    expect(pushed.get("task_active")).toEqual([{ attributes: { queue: "gpu" }, value: 1 }]);
    expect(scraped.value("system_memory_usage_gigabytes", { pid: String(process.pid) })).toBeGreaterThan(0);
  }
  run.succeed();
  expect((await page()).value("task_active", { queue: "gpu" })).toBe(0);
});

test("without the producer start-up says what is missing, and no gauge is registered", async () => {
  const { vitals, page, push, warnings } = await borrow({ concurrency: { gpu: 2 }, queues: [] }, false);
  vitals.tasks.record({ ...train, outcome: "success" });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^taskvitals: meterProvider without metricProducer: .*createMetricProducer\(\)/);
  const scraped = await page();
  expect(scraped.value("task_success_total", train)).toBe(1);
  expect(scraped.text).not.toMatch(/^# TYPE (?!target_info).* gauge$/m);
  expect([...(await push()).keys()].sort()).toEqual(["task_failure_total", "task_success_total"]);
});

test("runtime metrics stay off a provider that is not ours, unless they are asked for", async () => {
  const quiet = await borrow();
  expect((await quiet.page()).text).not.toContain("nodejs_eventloop");
  const asked = await borrow({ runtimeMetrics: true });
  expect((await asked.page()).series("nodejs_eventloop_utilization")).toHaveLength(1);
});

test("nothing global is set, and after shutdown the producer is empty while the caller's provider goes on", async () => {
  const before = metrics.getMeterProvider();
  const { vitals, page } = await borrow({ concurrency: { gpu: 2 } });
  expect(metrics.getMeterProvider()).toBe(before);
  vitals.tasks.record({ ...train, outcome: "success" });
  await vitals.shutdown();
  const scraped = await page();
  expect(scraped.value("task_success_total", train)).toBe(1);
  expect(scraped.series("task_concurrency")).toEqual([]);
  expect(scraped.series("system_memory_usage_gigabytes")).toEqual([]);
});

test("a producer that nobody has attached yet is empty and costs its reader nothing", async () => {
  const pull = new PrometheusExporter({ preventServerStart: true, metricProducers: [createMetricProducer()] });
  const provider = new MeterProvider({ readers: [pull] });
  onTestFinished(() => provider.shutdown());
  provider.getMeter("app").createCounter("app").add(1);
  const { resourceMetrics, errors } = await pull.collect();
  expect(errors).toEqual([]);
  expect([...pointsOf(resourceMetrics).keys()]).toEqual(["app"]);
});

test("handlers say that the caller's own readers have the metrics", async () => {
  const { vitals } = await borrow();
  const response = await vitals.fetchHandler(new Request("http://localhost/metrics"));
  expect(response.status).toBe(503);
  expect(await response.text()).toMatch(/meterProvider: expected that your own readers expose the metrics/);
});

test("what is no producer of ours is refused", async () => {
  const meterProvider = new MeterProvider();
  const metricProducer = { kind: "taskvitals", collect: () => expect.fail("not to be used") } as const;
  const refusal = await refusalOf(() => startTaskVitals({ environment: {}, meterProvider, metricProducer }));
  expect(refusal.message).toBe("metricProducer: got an object; expected what createMetricProducer() returned.");
});

test("a counter in Redis is refused, whose name would be on the page twice", async () => {
  const queues = ["list:jobs", "counter:done=task_success_total"];
  const refusal = await refusalOf(() => borrow({ redis: "redis://127.0.0.1:1", queues }));
  expect(refusal.code).toBe("INVALID_OPTION");
  expect(refusal.message).toBe(
    'queues: got "counter:done"; expected no counter that lives in Redis beside meterProvider, whose page would have two metrics of one name. ' +
      "Leave meterProvider out, or let @taskvitals/exporter report the counter.",
  );
});
