import { expect, test } from "vitest";
import { startVitals } from "./start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;

test.each(["incremental", "standard"] as const)(
  "the %s page shows what was declared at 0, and what was counted",
  async (exposition) => {
    const { vitals, scrape } = await startVitals({
      exposition,
      tasks: ["send", train],
      defaultQueue: "mails",
      concurrency: { gpu: 4 },
      buckets: { durationSeconds: [1, 60] },
      runtimeMetrics: false,
    });
    const before = await scrape();
    for (const pair of [train, { task: "send", queue: "mails" }]) {
      expect(before.value("task_success_total", pair)).toBe(0);
      expect(before.value("task_failure_total", pair)).toBe(0);
      // Born at 0 too, so that the first task shows in rate(_sum) / rate(_count).
      expect(before.value("task_duration_seconds_count", pair)).toBe(0);
    }
    vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 12.5 });
    vitals.tasks.record({ ...train, outcome: "failure", durationSeconds: 0.5, error: new RangeError() });
    const run = vitals.tasks.start("send");
    const page = await scrape();
    expect(page.value("task_success_total", train)).toBe(1);
    expect(page.value("task_failure_total", train)).toBe(1);
    expect(page.value("task_error_total", { ...train, error_type: "RangeError" })).toBe(1);
    expect(page.value("task_duration_seconds_sum", train)).toBe(13);
    const buckets = page.series("task_duration_seconds_bucket").filter(({ task }) => task === "train");
    expect(buckets.map((labels) => [labels.le, page.value("task_duration_seconds_bucket", labels)])).toEqual([
      ["1", 1],
      ["60", 2],
      ["+Inf", 2],
    ]);
    expect(page.value("task_active", { queue: "mails" })).toBe(1);
    expect(page.value("task_active", { queue: "gpu" })).toBe(0);
    expect(page.value("task_concurrency", { queue: "gpu" })).toBe(4);
    expect(page.value("task_oldest_active_seconds", { queue: "mails" })).toBeGreaterThan(0);
    expect(page.value("taskvitals_collection_seconds_count")).toBeGreaterThanOrEqual(1);
    expect(page.series("target_info")).toHaveLength(1);
    expect(page.text).not.toContain("otel_scope");
    run.succeed();
  },
);

test("the one declared queue is the queue of tasks that name none; of several none is", async () => {
  const redis = "redis://127.0.0.1:1";
  const queueOf = async (queues: string[]): Promise<unknown> => {
    const { scrape } = await startVitals({ redis, queues, tasks: ["train"], runtimeMetrics: false });
    return (await scrape()).series("task_success_total").map(({ queue }) => queue);
  };
  expect(await queueOf(["list:jobs"])).toEqual(["jobs"]);
  expect(await queueOf(["list:jobs", "list:mails"])).toEqual(["_UNKNOWN"]);
  expect(await queueOf([])).toEqual(["_UNKNOWN"]);
});

test("the application's own instruments are on the page", async () => {
  const { vitals, scrape } = await startVitals({ runtimeMetrics: false });
  const meter = vitals.meterProvider.getMeter("app");
  meter.createCounter("app_things").add(3, { kind: "a" });
  meter.createObservableGauge("app_level").addCallback((result) => result.observe(7));
  const page = await scrape();
  expect(page.value("app_things_total", { kind: "a" })).toBe(3);
  expect(page.value("app_level")).toBe(7);
});

test("runtime metrics are on by default and go with runtimeMetrics: false", async () => {
  const on = await (await startVitals()).scrape();
  expect(on.value("nodejs_eventloop_utilization")).toBeGreaterThanOrEqual(0);
  expect(on.series("v8js_memory_heap_used_bytes").length + on.series("v8js_memory_heap_used").length).toBeGreaterThan(
    0,
  );
  const off = await (await startVitals({ runtimeMetrics: false })).scrape();
  expect(off.text).not.toMatch(/nodejs_|v8js_/);
});

test("host metrics are off by default; asked for, they come without the groups that fork shells", async () => {
  const off = await (await startVitals({ runtimeMetrics: false })).scrape();
  expect(off.text).not.toMatch(/system_cpu_time|process_cpu/);
  const { scrape } = await startVitals({ runtimeMetrics: false, hostMetrics: true });
  await scrape();
  const on = await scrape();
  expect(on.text).toMatch(/^system_cpu_\w+\{/m);
  expect(on.text).toMatch(/^process_memory_\w+/m);
  expect(on.text).not.toMatch(/system_network|system_filesystem|system_disk/);
  expect([...on.samples.values()].every((value) => value !== Number.NEGATIVE_INFINITY)).toBe(true);
});

test("more pairs than the limit end up in one series that keeps the total right", async () => {
  const { vitals, scrape } = await startVitals({ maxSeries: 2, runtimeMetrics: false });
  for (let index = 0; index < 5; index++) vitals.tasks.record({ task: `t${index}`, queue: "gpu", outcome: "success" });
  const page = await scrape();
  expect(page.value("task_success_total", { task: "t0", queue: "gpu" })).toBe(1);
  expect(page.value("task_success_total", { task: "t1", queue: "gpu" })).toBe(1);
  expect(page.value("task_success_total", { otel_metric_overflow: "true" })).toBe(3);
  expect(page.value("taskvitals_series_overflow_total", { instrument: "task_success_total" })).toBeGreaterThan(0);
});

test("a pair that was forgotten is gone from the next scrape, and begins anew", async () => {
  const { vitals, scrape } = await startVitals({ runtimeMetrics: false });
  vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
  await scrape();
  vitals.tasks.forget(train);
  expect((await scrape()).series("task_success_total")).toEqual([]);
  vitals.tasks.record({ ...train, outcome: "success" });
  expect((await scrape()).value("task_success_total", train)).toBe(1);
});

test.each(["incremental", "standard"] as const)(
  "on the %s page a callback of the application that never answers costs its own observations and nothing else",
  async (exposition) => {
    const { vitals, warnings, scrape } = await startVitals({ exposition, runtimeMetrics: false });
    const meter = vitals.meterProvider.getMeter("app");
    meter.createObservableGauge("app_hangs").addCallback(() => new Promise(() => {}));
    meter.createObservableGauge("app_answers").addCallback((result) => result.observe(7));
    vitals.tasks.record({ ...train, outcome: "success" });
    const page = await scrape();
    expect(page.value("task_success_total", train)).toBe(1);
    expect(page.value("app_answers")).toBe(7);
    expect(page.series("app_hangs")).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("A metric callback failed or was too slow")]);
    expect((await scrape()).value("taskvitals_error_total", { operation: "collect" })).toBeGreaterThan(0);
  },
);
