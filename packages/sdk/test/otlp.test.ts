import { contract, DURATION_BUCKETS_SECONDS } from "@taskvitals/core";
import { expect, onTestFinished, test } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "../../../test/services/index.ts";
import type { TaskVitalsOptions } from "../src/index.ts";
import { type StartedVitals, startVitals } from "./start-vitals.ts";

/** What is pushed goes out when the test flushes, not before. */
const INTERVAL_MS = 3_600_000;

async function pushing(options: TaskVitalsOptions = {}): Promise<StartedVitals & { receiver: OtlpReceiver }> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.origin,
    OTEL_METRIC_EXPORT_INTERVAL: String(INTERVAL_MS),
  };
  const started = await startVitals({
    runtimeMetrics: false,
    ...options,
    environment: { ...environment, ...options.environment },
  });
  return { ...started, receiver };
}

const train = { task: "train", queue: "gpu" };

test("names, units, kinds and labels are the contract's", async () => {
  const { vitals, receiver } = await pushing({ concurrency: { gpu: 2 } });
  vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 12.5 });
  vitals.tasks.record({ ...train, outcome: "failure", durationSeconds: 7200, error: new RangeError() });
  await vitals.flush();

  const definitions = new Map(Object.values(contract).map((definition) => [definition.name, definition]));
  const [pushed] = receiver.exports;
  expect(pushed?.metrics.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "task_success_total",
      "task_failure_total",
      "task_duration_seconds",
      "task_error_total",
      "task_active",
      "task_concurrency",
      "task_oldest_active_seconds",
      "system_memory_usage_gigabytes",
    ]),
  );
  for (const metric of pushed?.metrics ?? []) {
    const definition = definitions.get(metric.name) ?? expect.fail(`${metric.name} is not in the contract`);
    expect(metric.unit, metric.name).toBe(definition.unit);
    expect(metric.kind, metric.name).toBe(definition.kind.replace("observable-", ""));
    for (const { labels } of metric.points) expect(Object.keys(labels).sort()).toEqual([...definition.labels].sort());
  }
  expect(receiver.last("task_success_total", train)?.value).toBe(1);
  expect(receiver.last("task_failure_total", train)?.value).toBe(1);
  expect(receiver.last("task_error_total", { ...train, error_type: "RangeError" })?.value).toBe(1);
  expect(receiver.last("task_concurrency", { queue: "gpu" })?.value).toBe(2);
  const duration = receiver.last("task_duration_seconds", train);
  expect(duration).toMatchObject({ count: 2, sum: 7212.5, bounds: DURATION_BUCKETS_SECONDS });
  const occupied = duration?.bucketCounts?.flatMap((count, index) =>
    count > 0 ? [DURATION_BUCKETS_SECONDS[index]] : [],
  );
  expect(occupied).toEqual([30, 21600]);
  expect(receiver.last("system_memory_usage_gigabytes", { pid: String(process.pid) })?.value).toBeGreaterThan(0);
});

test("the resource names the service and holds nothing of the process", async () => {
  const { vitals, receiver } = await pushing({
    serviceName: "trainer",
    resourceAttributes: { "process.pid": 1, team: "ml" },
  });
  await vitals.flush();
  const { resource } = receiver.exports[0] ?? expect.fail("nothing arrived");
  expect(resource).toMatchObject({ "service.name": "trainer", team: "ml" });
  expect(Object.keys(resource).filter((name) => name.startsWith("process"))).toEqual([]);
});

test("a push and a scrape show the same, each as totals, and disturb each other in nothing", async () => {
  const { vitals, receiver, scrape } = await pushing();
  for (let total = 1; total <= 3; total++) {
    vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 2 });
    const [page] = await Promise.all([scrape(), vitals.flush()]);
    expect(page.value("task_success_total", train)).toBe(total);
    expect(page.value("task_duration_seconds_sum", train)).toBe(2 * total);
    expect(receiver.last("task_success_total", train)?.value).toBe(total);
    expect(receiver.last("task_duration_seconds", train)).toMatchObject({ count: total, sum: 2 * total });
  }
  expect(receiver.metrics("task_success_total").map(({ temporality }) => temporality)).toEqual(
    Array(3).fill("cumulative"),
  );
});

test("with delta preferred each push carries what came since the last, while the page goes on showing totals", async () => {
  const { vitals, receiver, scrape } = await pushing({
    environment: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" },
  });
  const app = vitals.meterProvider.getMeter("app").createCounter("app_things_total");
  for (const count of [3, 5]) {
    for (let index = 0; index < count; index++)
      vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
    app.add(count);
    await scrape();
    await vitals.flush();
  }
  const values = (name: string): unknown =>
    receiver.metrics(name).map(({ temporality, points }) => [temporality, points[0]?.value]);
  expect(values("task_success_total")).toEqual([
    ["delta", 3],
    ["delta", 5],
  ]);
  expect(values("app_things_total")).toEqual([
    ["delta", 3],
    ["delta", 5],
  ]);
  const durations = receiver.metrics("task_duration_seconds").map(({ points }) => points[0]);
  expect(durations.map((point) => [point?.count, point?.sum])).toEqual([
    [3, 3],
    [5, 5],
  ]);
  // Without a gap and without an overlap.
  expect(durations[1]?.startTime).toBe(durations[0]?.time);
  const page = await scrape();
  expect(page.value("task_success_total", train)).toBe(8);
  expect(page.value("app_things_total")).toBe(8);
});

test("headers and compression are those that were asked for", async () => {
  const { vitals, receiver } = await pushing({
    otlp: { headers: { authorization: "Bearer t0ken" } },
    environment: {
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=m%20l,authorization=no",
    },
  });
  await vitals.flush();
  const { headers, path } = receiver.exports[0] ?? expect.fail("nothing arrived");
  expect(path).toBe("/v1/metrics");
  expect(headers).toMatchObject({
    authorization: "Bearer t0ken",
    "x-team": "m l",
    "content-encoding": "gzip",
    "content-type": "application/x-protobuf",
  });
});

test("metrics are pushed at every interval without being asked", async () => {
  const { vitals, receiver } = await pushing({ environment: { OTEL_METRIC_EXPORT_INTERVAL: "100" } });
  vitals.tasks.record({ ...train, outcome: "success" });
  await expect.poll(() => receiver.exports.length).toBeGreaterThanOrEqual(2);
  expect(receiver.last("task_success_total", train)?.value).toBe(1);
});

test("shutdown pushes what was recorded last, once", async () => {
  const { vitals, receiver } = await pushing();
  vitals.tasks.record({ ...train, outcome: "success" });
  await vitals.shutdown();
  vitals.tasks.record({ ...train, outcome: "success" });
  await vitals.flush();
  expect(receiver.exports).toHaveLength(1);
  expect(receiver.last("task_success_total", train)?.value).toBe(1);
});

test("OTEL_METRICS_EXPORTER=otlp pushes and opens no port", async () => {
  const { vitals, receiver } = await pushing({ environment: { OTEL_METRICS_EXPORTER: "otlp" } });
  expect(vitals.endpoint).toBeUndefined();
  await vitals.flush();
  expect(receiver.exports).toHaveLength(1);
});
