import { expect, test } from "vitest";
import { startVitals } from "./start-vitals.ts";

test("a source of task events is on the page until it is taken back", async () => {
  const { scrape, vitals } = await startVitals();
  const source = { broker: "jobs", lastEventAtSeconds: 12.5, missed: 3, workers: () => new Map([["gpu", 2]]) };
  const remove = vitals.events.add(source);
  const page = await scrape();
  expect(page.value("task_events_timestamp_seconds", { broker: "jobs" })).toBe(12.5);
  expect(page.value("task_events_missed_total", { broker: "jobs" })).toBe(3);
  expect(page.value("task_workers", { queue: "gpu" })).toBe(2);
  remove();
  expect((await scrape()).text).not.toContain('broker="jobs"');
});

test("what a source cannot read is counted", async () => {
  const { scrape, vitals } = await startVitals();
  vitals.events.onProblem("read_queue", 'Broker "jobs": the events cannot be read.');
  expect((await scrape()).value("taskvitals_error_total", { operation: "read_queue" })).toBe(1);
});
