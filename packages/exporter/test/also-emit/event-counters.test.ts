import { startTaskVitals } from "taskvitals";
import { expect, it, onTestFinished } from "vitest";
import { type MetricsPage, parsePage } from "../../../sdk/test/metrics-page.ts";
import { EventCounters } from "../../src/also-emit/event-counters.ts";
import type { LabelledEvent } from "../../src/also-emit/task-labels.ts";

const DAY = 24 * 60 * 60_000;

async function counters(): Promise<{ counters: EventCounters; page(): Promise<MetricsPage> }> {
  const vitals = await startTaskVitals({ endpoint: false, hostVitals: false, runtimeMetrics: false, environment: {} });
  onTestFinished(() => vitals.shutdown());
  return {
    counters: new EventCounters(vitals.sharedMeter),
    page: async () => parsePage(await (await vitals.fetchHandler(new Request("http://localhost/"))).text()),
  };
}

const event = (type: LabelledEvent["type"], more: Partial<LabelledEvent> = {}): LabelledEvent => ({
  ...{ type, name: "resize", queueName: "images", hostname: "host-1", exception: "", runtimeSeconds: undefined },
  ...more,
});
const labels = { name: "resize", queue_name: "images", hostname: "host-1" };

it("declares every series of a task at 0 with the first event of a worker", async () => {
  const { counters: counted, page } = await counters();
  counted.count(event("task-received"), 0);
  const now = await page();
  expect(now.value("celery_task_received_total", labels)).toBe(1);
  for (const name of ["sent", "started", "succeeded", "failed", "rejected", "revoked", "retried"]) {
    expect([name, now.value(`celery_task_${name}_total`, labels)]).toEqual([name, 0]);
  }
  expect(now.value("celery_task_runtime_count", labels)).toBe(0);
  expect(now.text).toContain("# TYPE celery_task_received_total counter");
  expect(now.text).toContain("# TYPE celery_task_runtime histogram");
});

it("declares for a producer what it announces alone", async () => {
  const { counters: counted, page } = await counters();
  counted.count(event("task-sent"), 0);
  const now = await page();
  expect(now.value("celery_task_sent_total", labels)).toBe(1);
  expect(now.value("celery_task_received_total", labels)).toBeUndefined();
});

it("counts failures by exception, and run times of successes alone", async () => {
  const { counters: counted, page } = await counters();
  counted.count(event("task-failed", { exception: "KeyError" }), 0);
  counted.count(event("task-succeeded", { runtimeSeconds: 0.06 }), 0);
  const now = await page();
  expect(now.value("celery_task_failed_total", { ...labels, exception: "KeyError" })).toBe(1);
  expect(now.value("celery_task_failed_total", labels)).toBe(0);
  expect(now.value("celery_task_runtime_count", labels)).toBe(1);
  expect(now.value("celery_task_runtime_bucket", { ...labels, le: "0.05" })).toBe(0);
  expect(now.value("celery_task_runtime_bucket", { ...labels, le: "0.075" })).toBe(1);
});

it("ends the series of a host, and of one that has been silent for a day and has no worker", async () => {
  const { counters: counted, page } = await counters();
  counted.count(event("task-failed", { exception: "KeyError" }), 0);
  counted.count(event("task-sent", { hostname: "web-1" }), 0);
  counted.count(event("task-sent", { hostname: "web-2" }), 2);
  counted.forgetIdle(DAY + 1, (host) => host === "host-1");
  expect((await page()).series("celery_task_sent_total").map(({ hostname }) => hostname)).toEqual(["host-1", "web-2"]);
  counted.forgetHost("host-1");
  const now = await page();
  expect(now.series("celery_task_failed_total")).toEqual([]);
  expect(now.series("celery_task_runtime_count")).toEqual([]);
  counted.clear();
  expect((await page()).series("celery_task_sent_total")).toEqual([]);
});
