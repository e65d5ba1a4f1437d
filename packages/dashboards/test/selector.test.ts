import { contract } from "@taskvitals/core";
import { expect, test } from "vitest";
import { anyOf, selector } from "../src/selector.ts";

test("filters by the labels that the instrument has, and by job", () => {
  expect(selector(contract.taskSuccess)).toBe('task_success_total{job=~"$job", queue=~"$queue", task=~"$task"}');
  expect(selector(contract.queueLength)).toBe('task_queue_length{job=~"$job", queue=~"$queue"}');
  expect(selector(contract.cpuPercent)).toBe('system_cpu_percent{job=~"$job"}');
});

test("names the part of a histogram that is meant", () => {
  expect(selector(contract.taskDuration, "_sum")).toMatch(/^task_duration_seconds_sum\{/);
});

test("selects several instruments by name, with or without a filter", () => {
  const { queueLength, taskSuccess } = contract;
  expect(anyOf([taskSuccess, queueLength], ["job"])).toBe(
    '{__name__=~"task_success_total|task_queue_length", job=~"$job"}',
  );
  expect(anyOf([taskSuccess], [])).toBe('{__name__=~"task_success_total"}');
});
