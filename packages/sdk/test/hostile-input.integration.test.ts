import { describe, expect, test } from "vitest";
import { type PrometheusVersion, prometheusVersions, promtool, startPrometheus } from "../../../test/services/index.ts";
import type { FinishedTask, TaskVitalsOptions } from "../src/index.ts";
import { startVitals } from "./start-vitals.ts";

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

const hostileValues: readonly [string, unknown][] = [
  ["empty", ""],
  ["10 kB", "x".repeat(10_240)],
  ["a number", 42],
  ["a BigInt", 10n],
  ["cyclic", cyclic],
  ["a symbol", Symbol("task")],
  ["null", null],
  ["without a prototype", Object.create(null)],
  [
    "throwing",
    {
      toString: () => {
        throw new Error("no");
      },
    },
  ],
  ["quotes and line breaks", 'a"b\\c\nd'],
  ["a lone surrogate", "\ud800"],
  ["zero bytes", "a\0b"],
];

/** The one complaint there always is: the name is imposed. */
const GIGABYTES = 'system_memory_usage_gigabytes use base unit "bytes" instead of "gigabytes"';

/** What promtool of both versions says, which is the same. */
async function complaints(text: string): Promise<string[]> {
  const [said = [], ...others] = await Promise.all(
    prometheusVersions.map(async (version) => {
      const { stdout, stderr } = await promtool(["check", "metrics"], text, version);
      return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
    }),
  );
  for (const other of others) expect(other).toEqual(said);
  return said;
}

async function scrapedByPrometheus(url: string, samples: readonly string[]): Promise<void> {
  await Promise.all(prometheusVersions.map((version) => scrapedBy(version, url, samples)));
}

async function scrapedBy(version: PrometheusVersion, url: string, samples: readonly string[]): Promise<void> {
  await using prometheus = await startPrometheus({
    version,
    scrapeConfigs: [{ job_name: "app", static_configs: [{ targets: [new URL(url).host] }] }],
  });
  await prometheus.waitFor("up", ([up]) => up?.value === 1);
  for (const sample of samples) await prometheus.waitFor(sample, (found) => found.length > 0);
}

describe.each(["incremental", "standard"] as const)("with the %s exposition", (exposition) => {
  const start = (options: TaskVitalsOptions = {}): ReturnType<typeof startVitals> =>
    startVitals({ exposition, ...options });

  test("an ordinary page satisfies promtool and a real Prometheus", async () => {
    const { vitals, scrape } = await start({ hostMetrics: true, concurrency: { gpu: 1 } });
    vitals.tasks.record({
      task: "train",
      queue: "gpu",
      outcome: "failure",
      durationSeconds: 1,
      error: new TypeError(),
    });
    await scrape();
    expect(await complaints((await scrape()).text)).toEqual([GIGABYTES]);
    await scrapedByPrometheus(vitals.endpoint?.url ?? "", [
      'task_failure_total{task="train",queue="gpu"} == 1',
      'task_error_total{task="train",queue="gpu",error_type="TypeError"} == 1',
      'target_info{service_name="unknown_service"}',
    ]);
  });

  test("hostile names and values of tasks leave the page valid, and every task is counted", async () => {
    const { vitals, scrape } = await start();
    for (const [, value] of hostileValues) {
      vitals.tasks.record({ task: value, queue: value, outcome: "success", durationSeconds: 1 } as FinishedTask);
      vitals.tasks.record({ task: "t", outcome: "failure", errorType: value } as FinishedTask);
      vitals.tasks.start(value as string, { queue: value as string }).fail(value);
    }
    const page = await scrape();
    const total = (name: string): number =>
      page.series(name).reduce((sum, labels) => sum + (page.value(name, labels) ?? 0), 0);
    expect(total("task_success_total")).toBe(hostileValues.length);
    expect(total("task_failure_total")).toBe(2 * hostileValues.length);
    expect(total("task_error_total")).toBe(2 * hostileValues.length);
    for (const { task = "" } of page.series("task_success_total")) {
      expect(task.length).toBeGreaterThan(0);
      expect(task.length).toBeLessThanOrEqual(128);
    }
    expect(await complaints(page.text)).toEqual([GIGABYTES]);
    await scrapedByPrometheus(vitals.endpoint?.url ?? "", ["sum(task_success_total) == 12"]);
  });

  test("objects that are changed after use change nothing that was counted", async () => {
    const { vitals, scrape } = await start({ runtimeMetrics: false });
    const finished = { task: "train", queue: "gpu", outcome: "success" as "success" | "failure", durationSeconds: 1 };
    const options = { queue: "gpu" };
    vitals.tasks.record(finished);
    const run = vitals.tasks.start("train", options);
    const wrapped = vitals.tasks.wrap("train", () => "done", options);
    Object.assign(finished, { task: "other", queue: "other", outcome: "failure" });
    options.queue = "other";
    run.succeed();
    wrapped();
    const page = await scrape();
    expect(page.value("task_success_total", { task: "train", queue: "gpu" })).toBe(3);
    expect(page.series("task_success_total")).toHaveLength(1);
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "3", null, 2n])(
    "a duration of %s is not timed; its task is counted, and so is the mistake",
    async (durationSeconds) => {
      const { vitals, scrape, warnings } = await start({ runtimeMetrics: false });
      const task = { task: "train", queue: "gpu" };
      vitals.tasks.record({ ...task, outcome: "success", durationSeconds: 2 });
      vitals.tasks.record({ ...task, outcome: "success", durationSeconds } as FinishedTask);
      const page = await scrape();
      expect(page.value("task_success_total", task)).toBe(2);
      expect(page.value("task_duration_seconds_count", task)).toBe(1);
      expect(page.value("task_duration_seconds_sum", task)).toBe(2);
      expect(page.value("taskvitals_error_total", { operation: "record" })).toBe(1);
      expect(warnings).toHaveLength(1);
    },
  );

  test("illegal, clashing and reserved labels of the application's own instruments leave the page valid", async () => {
    const { vitals, scrape, warnings } = await start();
    const meter = vitals.meterProvider.getMeter("app");
    meter.createCounter("app_leading").add(1, { "9lead": "x" });
    meter.createCounter("app_meeting").add(2, { "a-b": "x", "a.b": "y" });
    meter.createCounter("app_underscores").add(3, { a__b: "x", a_b: "y" });
    meter.createHistogram("app_reserved").record(4, { le: "x" });
    meter.createCounter("app_name").add(5, { __name__: "x" });
    meter.createCounter("app_unicode").add(6, { größe: "x", "": "y" });
    const page = await scrape();
    expect(await complaints(page.text)).toEqual([GIGABYTES]);
    expect(warnings.length).toBeGreaterThan(0);
    expect((await scrape()).text).toContain("app_leading");
    await scrapedByPrometheus(vitals.endpoint?.url ?? "", [
      "app_leading_total == 1",
      "app_meeting_total == 2",
      "app_underscores_total == 3",
      'app_reserved_bucket{le="+Inf"} == 1',
      // To Prometheus 3 every bound is a fraction.
      'app_reserved_bucket{le=~"5|5[.]0"} == 1',
      "app_name_total == 5",
      "app_unicode_total == 6",
    ]);
  });

  test("illegal and clashing names of resource attributes leave the page valid", async () => {
    const { vitals, scrape } = await start({
      serviceName: 'the "service"\n',
      resourceAttributes: { "9lead": "x", "a-b": "y", "a.b": "z", "": "empty" },
    });
    expect(await complaints((await scrape()).text)).toEqual([GIGABYTES]);
    await scrapedByPrometheus(vitals.endpoint?.url ?? "", ["target_info"]);
  });

  test("values that are no numbers from a gauge of the application's do not cost the page", async () => {
    const { vitals, scrape } = await start();
    const gauge = vitals.meterProvider.getMeter("app").createObservableGauge("app_gauge");
    gauge.addCallback((result) => {
      result.observe(Number.NaN, { kind: "nan" });
      result.observe(Number.POSITIVE_INFINITY, { kind: "infinite" });
      result.observe("7" as unknown as number, { kind: "text" });
    });
    vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
    expect((await scrape()).value("task_success_total", { task: "train", queue: "gpu" })).toBe(1);
    await scrapedByPrometheus(vitals.endpoint?.url ?? "", ["task_success_total == 1"]);
  });

  test("a callback of the application's that throws costs only its own samples", async () => {
    const { vitals, scrape } = await start();
    const meter = vitals.meterProvider.getMeter("app");
    meter.createObservableGauge("app_broken").addCallback(() => {
      throw new Error("hunter2");
    });
    meter.createObservableGauge("app_well").addCallback((result) => result.observe(1));
    const page = await scrape();
    expect(page.value("app_well")).toBe(1);
    expect(page.text).not.toContain("hunter2");
    expect((await scrape()).value("taskvitals_error_total", { operation: "collect" })).toBeGreaterThan(0);
  });
});

test("an instrument of the application's with a name of ours costs neither ours nor the page", async () => {
  const { vitals, scrape, warnings } = await startVitals();
  const meter = vitals.meterProvider.getMeter("app");
  meter.createGauge("task_success_total").record(99);
  meter.createCounter("task_failure_total").add(99, { task: "train", queue: "gpu" });
  vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
  const page = await scrape();
  expect(page.value("task_success_total", { task: "train", queue: "gpu" })).toBe(1);
  expect(page.value("task_failure_total", { task: "train", queue: "gpu" })).toBe(0);
  expect(await complaints(page.text)).toEqual([GIGABYTES]);
  expect(warnings).toHaveLength(2);
  expect((await scrape()).value("taskvitals_error_total", { operation: "expose" })).toBeGreaterThan(0);
});
