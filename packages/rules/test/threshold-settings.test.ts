import { describe, expect, test } from "vitest";
import { defaultThresholds, type ThresholdSettings, thresholds, thresholdsFor } from "../src/index.ts";

const settings: ThresholdSettings = {
  values: { failureRatio: 0.1, oldestTaskSeconds: 100, cpuPercent: 50 },
  queues: { gpu: { failureRatio: 0.2, oldestTaskSeconds: 200 }, mails: { failureRatio: undefined } },
  tasks: { train: { failureRatio: 0.3 } },
};

test("without settings the defaults hold", () => {
  expect(thresholdsFor({})).toEqual(defaultThresholds);
  expect(thresholdsFor({}, { queue: "gpu", task: "train" })).toEqual(defaultThresholds);
});

test.each([
  ["the platform", {}, { failureRatio: 0.1, oldestTaskSeconds: 100 }],
  ["a queue of its own", { queue: "gpu" }, { failureRatio: 0.2, oldestTaskSeconds: 200 }],
  ["another queue", { queue: "mails" }, { failureRatio: 0.1, oldestTaskSeconds: 100 }],
  ["a queue that is named like something of JavaScript", { queue: "toString" }, { failureRatio: 0.1 }],
  ["a task of its own", { task: "train" }, { failureRatio: 0.3, oldestTaskSeconds: 100 }],
  ["a task on a queue", { queue: "gpu", task: "train" }, { failureRatio: 0.3, oldestTaskSeconds: 200 }],
  ["another task on a queue", { queue: "gpu", task: "tidy" }, { failureRatio: 0.2, oldestTaskSeconds: 200 }],
])("the values of %s", (_, subject, values) => {
  const ofAll = { ...defaultThresholds, cpuPercent: 50, oldestTaskSeconds: 100 };
  expect(thresholdsFor(settings, subject)).toEqual({ ...ofAll, ...values });
});

test("what is one for the platform is not taken from a queue or a task, nor what is a queue's from a task", () => {
  const wrong = { cpuPercent: 1, oldestTaskSeconds: 1 };
  const ofQueue = thresholdsFor({ queues: { gpu: wrong } }, { queue: "gpu" });
  expect(ofQueue).toEqual({ ...defaultThresholds, oldestTaskSeconds: 1 });
  expect(thresholdsFor({ tasks: { train: wrong } }, { task: "train" })).toEqual(defaultThresholds);
});

describe.each(Object.entries(thresholds))("%s", (name, { default: value, max, min, reason, scope, unit }) => {
  test("has a default within its limits, and a reason", () => {
    expect(value).toBeGreaterThanOrEqual(min);
    expect(value).toBeLessThanOrEqual(max);
    expect(reason).toMatch(/\.$/);
    expect(["platform", "queue", "task"]).toContain(scope);
  });

  test("has a unit that its name says", () => {
    expect(unit === "s").toBe(name.endsWith("Seconds"));
    expect(unit === "%").toBe(name.endsWith("Percent"));
  });
});
