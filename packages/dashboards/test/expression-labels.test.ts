import { expect, test } from "vitest";
import { labelsOf } from "./expression-labels.ts";

test.each([
  ["task_queue_length", ["job", "instance", "queue"]],
  ["sum(task_queue_length)", []],
  ["max by (queue) (task_queue_length)", ["queue"]],
  ["max without(pid) (system_cpu_percent)", ["job", "instance"]],
  ["topk(3, sum by (task, queue) (task_success_total))", ["task", "queue"]],
  ["histogram_quantile(0.9, sum by (task, le) (rate(task_duration_seconds_bucket[5m]))) >= 0", ["task"]],
  ["time() - max by (queue) (task_queue_read_timestamp_seconds)", ["queue"]],
  ["60 * sum by (queue) (rate(task_success_total[5m]))", ["queue"]],
  ["sum(task_active) / (sum(task_concurrency) > 0)", []],
  ["(1 - up) and on (job, instance) group by (job, instance) (taskvitals_series)", ["job", "instance"]],
  ["up < on (job) group_left () max by (job) (task_queue_length)", ["job", "instance"]],
  ['max by (x) (label_join(ALERTS, "x", " ", "queue", "task"))', ["x"]],
  ["-max by (queue) (deriv(task_queue_length[5m])) > 0", ["queue"]],
])("%s is answered with the labels %j", (text, labels) => {
  expect(labelsOf(text)).toEqual(labels);
});

test.each([
  ["task_queue_lenght", "no series"],
  ["task_duration_seconds", "no series"],
  ['task_queue_length{task="a"}', "No label task"],
  ["sum by (task) (task_queue_length)", "No label task"],
  ["sum by (task) (sum by (queue) (task_success_total))", "No label task"],
  ["histogram_quantile(0.9, sum by (task) (rate(task_duration_seconds_bucket[5m])))", "No label le"],
  ["sum by (task) (task_success_total) / sum by (queue) (task_failure_total)", "other labels"],
  ["task_success_total and on (broker) task_broker_up", "No label broker"],
  ['{queue="a"}', "without a name"],
])("%s is refused: %s", (text, reason) => {
  expect(() => labelsOf(text)).toThrow(reason);
});

test("a number has no labels", () => {
  expect(labelsOf("time() - 5")).toBeUndefined();
});
