import { contract } from "@taskvitals/core";
import { expect, test } from "vitest";
import * as queries from "../src/queries.ts";

/** The filters take nothing away from the shape of a query. */
function unfiltered(expr: string): string {
  return expr.replace(/\{[^}]*\}/g, "");
}

test("counts are summed by task and queue", () => {
  expect(unfiltered(queries.totalByTask(contract.taskSuccess))).toBe("sum by (task, queue) (task_success_total)");
  expect(unfiltered(queries.totalByTask(contract.taskFailure))).toBe("sum by (task, queue) (task_failure_total)");
  expect(unfiltered(queries.finishedByTask())).toBe(
    "sum by (task, queue) (task_success_total) + sum by (task, queue) (task_failure_total)",
  );
});

test("a ratio leaves out what has not ended, and puts nothing in place of what is missing", () => {
  expect(unfiltered(queries.successRatioByTask())).toBe(
    "sum by (task, queue) (task_success_total) / " +
      "((sum by (task, queue) (task_success_total) + sum by (task, queue) (task_failure_total)) > 0)",
  );
  for (const ratio of [queries.successRatio(), queries.successRatioByTask(), queries.recentSuccessRatioByTask()]) {
    expect(ratio).toContain(" > 0)");
    expect(ratio).not.toMatch(/\bor\b|vector\(|absent|clamp/);
  }
});

test("the average duration divides sum by count over Grafana's own interval", () => {
  expect(unfiltered(queries.averageDurationByTask())).toBe(
    "sum by (task, queue) (rate(task_duration_seconds_sum[$__rate_interval])) / " +
      "(sum by (task, queue) (rate(task_duration_seconds_count[$__rate_interval])) > 0)",
  );
});

test("a queue that several processes report is not added up", () => {
  expect(unfiltered(queries.lengthByQueue())).toBe("max by (queue) (task_queue_length)");
});

test("CPU and memory are those of the target, whatever the process id", () => {
  expect(unfiltered(queries.cpuByTarget())).toBe("max without(pid) (system_cpu_percent)");
  expect(unfiltered(queries.memoryByTarget())).toBe("max without(pid) (system_memory_usage_gigabytes)");
});
