import { expect, test } from "vitest";
import { startVitals } from "./start-vitals.ts";

const train = { task: "train", queue: "gpu" };

test("totals that are cleared are gone from the page, and tasks that end later are counted anew", async () => {
  const { vitals, scrape } = await startVitals();
  const run = vitals.tasks.start("train", { queue: "gpu", waitSeconds: 1 });
  vitals.tasks.record({ ...train, outcome: "failure", error: new TypeError(), durationSeconds: 2 });
  vitals.tasks.record({ ...train, outcome: "retry" });
  vitals.tasks.stalled({ queue: "gpu" });
  const before = await scrape();
  expect(before.value("task_error_total", { ...train, error_type: "TypeError" })).toBe(1);

  vitals.totals.clear();
  const text = (await scrape()).text.split("\n").filter((line) => /^task_/.test(line));
  expect(text.filter((line) => !/^task_(active|oldest)/.test(line))).toEqual([]);

  run.succeed();
  vitals.tasks.record({ ...train, outcome: "retry" });
  const after = await scrape();
  expect(after.value("task_success_total", train)).toBe(1);
  expect(after.value("task_failure_total", train)).toBe(0);
  expect(after.value("task_retry_total", train)).toBe(1);
  expect(after.value("task_active", { queue: "gpu" })).toBe(0);
});

test("totals that were kept go on where they ended, through JSON", async () => {
  const first = await startVitals();
  first.vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 2, waitSeconds: 0.5 });
  first.vitals.tasks.record({ ...train, outcome: "failure", errorType: "TypeError", durationSeconds: 4 });
  first.vitals.tasks.stalled({ queue: "gpu" });
  const kept = JSON.stringify(first.vitals.totals.read());

  const { vitals, scrape } = await startVitals();
  vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
  expect(vitals.totals.add(JSON.parse(kept))).toBe(0);
  vitals.tasks.record({ ...train, outcome: "failure", errorType: "TypeError", durationSeconds: 1 });
  const page = await scrape();
  expect(page.value("task_success_total", train)).toBe(2);
  expect(page.value("task_failure_total", train)).toBe(2);
  expect(page.value("task_error_total", { ...train, error_type: "TypeError" })).toBe(2);
  expect(page.value("task_stalled_total", { queue: "gpu" })).toBe(1);
  expect(page.value("task_duration_seconds_count", train)).toBe(4);
  expect(page.value("task_duration_seconds_sum", train)).toBe(8);
  expect(page.value("task_wait_seconds_count", train)).toBe(1);
});

test("totals of histograms with other bounds are refused and counted, and the rest is added", async () => {
  const first = await startVitals({ buckets: { durationSeconds: [1, 2] } });
  first.vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 2 });
  const { vitals, scrape } = await startVitals();
  expect(vitals.totals.add(first.vitals.totals.read())).toBe(1);
  expect((await scrape()).value("task_success_total", train)).toBe(1);
});
