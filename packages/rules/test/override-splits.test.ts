import { expect, test } from "vitest";
import { alerts, type ThresholdSettings } from "../src/index.ts";
import { type OverrideSplit, overrideSplits } from "../src/override-splits.ts";

function splits(name: string, settings: ThresholdSettings): readonly OverrideSplit[] {
  const alert = alerts.find((one) => one.name === name);
  if (alert === undefined) throw new Error(`no alert ${name}`);
  return overrideSplits(alert, settings);
}

const texts = (all: readonly OverrideSplit[]): string[] =>
  all.map(({ matchers }) => matchers.map(({ text }) => text).join(", "));

test("an alert without overrides has one part", () => {
  expect(texts(splits("TaskFailureRatioHigh", {}))).toEqual([""]);
});

test("an alert of queues is split by queues", () => {
  const all = splits("TaskQueueOldestTaskTooOld", {
    queues: { slow: { oldestTaskSeconds: 7200 }, other: { oldestTaskSeconds: 5 } },
    tasks: { train: { failureRatio: 0.5 } },
  });
  expect(texts(all)).toEqual(['queue!~"slow|other"', 'queue="slow"', 'queue="other"']);
  expect(all.map(({ subject }) => subject)).toEqual([{}, { queue: "slow" }, { queue: "other" }]);
  expect(all.map(({ values }) => values.oldestTaskSeconds)).toEqual([600, 7200, 5]);
});

test("an alert of tasks is split by both, so that its parts share no series", () => {
  const all = splits("TaskFailureRatioHigh", {
    queues: { slow: { failureRatio: 0.5 } },
    tasks: { train: { failureRatio: 0.2 } },
  });
  expect(texts(all)).toEqual([
    'task!~"train", queue!~"slow"',
    'task!~"train", queue="slow"',
    'task="train", queue!~"slow"',
    'task="train", queue="slow"',
  ]);
  expect(all.map(({ values }) => values.failureRatio)).toEqual([0.05, 0.5, 0.2, 0.2]);
});

test("an override of a threshold that the alert does not have splits nothing", () => {
  expect(texts(splits("TaskQueuePaused", { queues: { slow: { oldestTaskSeconds: 7200 } } }))).toEqual([""]);
  expect(texts(splits("TaskQueueOldestTaskTooOld", { queues: { slow: { oldestTaskSeconds: undefined } } }))).toEqual([
    "",
  ]);
});

test("an alert of a broker, a target or the platform is never split", () => {
  expect(texts(splits("TaskBrokerSlow", { queues: { slow: { brokerPingSeconds: 1 } } }))).toEqual([""]);
});

test("names are taken as they are", () => {
  const all = splits("TaskQueueOldestTaskTooOld", { queues: { 'a.b|c"\\': { oldestTaskSeconds: 5 } } });
  expect(texts(all)).toEqual(['queue!~"a\\\\.b\\\\|c\\"\\\\\\\\"', 'queue="a.b|c\\"\\\\"']);
});
