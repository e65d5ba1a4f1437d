import { expect, test } from "vitest";
import { labelName, metricName } from "../src/label-name.ts";

test("a label name keeps letters, digits and underscores and replaces the rest", () => {
  expect(["queue", "http.method", "a-b", "a..b", "é", "__name__"].map(labelName)).toEqual([
    "queue",
    "http_method",
    "a_b",
    "a_b",
    "_",
    "_name_",
  ]);
});

test("a name that begins with a digit, is empty or has no end is not a label name", () => {
  expect(["9lead", "", "x".repeat(256)].map(labelName)).toEqual([undefined, undefined, undefined]);
});

test("a counter ends in _total once, nothing else is appended", () => {
  expect(metricName("task_success_total", true)).toBe("task_success_total");
  expect(metricName("http.server.requests", true)).toBe("http_server_requests_total");
  expect(metricName("task_duration_seconds", false)).toBe("task_duration_seconds");
  expect(metricName("9x", false)).toBe("_9x");
});

test("a name of which nothing legal is left has no metric name", () => {
  expect([metricName("", false), metricName("-", false)]).toEqual([undefined, undefined]);
});
