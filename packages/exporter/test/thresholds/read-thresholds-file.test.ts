import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultThresholds } from "@taskvitals/rules";
import { describe, expect, it } from "vitest";
import { readThresholdsFile } from "../../src/thresholds/read-thresholds-file.ts";
import { refusal } from "../refusal.ts";
import { tempFiles } from "../temp-files.ts";

function written(text: string): string {
  return tempFiles().write("my.yml", text);
}

function refused(text: string): string[] {
  const file = written(text);
  return refusal(() => readThresholdsFile(file))
    .split("\n")
    .map((line) => line.replace(file, "my.yml"));
}

describe("a thresholds file", () => {
  it("gives the settings of rules, whole", () => {
    const file = written(`
thresholds: { failureRatio: 0.1, stuckSeconds: 3600 }
queues:
  images/large: { oldestTaskSeconds: 60, failureRatio: 0.2 }
tasks:
  train_lora: { regressionFactor: 3 }
forSeconds: { TaskBrokerDown: 0 }
severities: { TaskQueuePaused: info }
disabled: [TaskEventsSilent]
`);
    expect(readThresholdsFile(file)).toEqual({
      values: { failureRatio: 0.1, stuckSeconds: 3600 },
      queues: { "images/large": { oldestTaskSeconds: 60, failureRatio: 0.2 } },
      tasks: { train_lora: { regressionFactor: 3 } },
      forSeconds: { TaskBrokerDown: 0 },
      severities: { TaskQueuePaused: "info" },
      disabled: ["TaskEventsSilent"],
    });
  });

  it("may be the one that is shipped, which has the defaults", () => {
    const shipped = fileURLToPath(new URL("../../../../prometheus/thresholds.yml", import.meta.url));
    expect(readThresholdsFile(shipped)).toMatchObject({
      values: defaultThresholds,
      queues: {},
      tasks: {},
      disabled: [],
    });
  });

  it("may be the example of the documentation", () => {
    const page = readFileSync(new URL("../../../../docs/alerts.md", import.meta.url), "utf8");
    const example = /^```yaml\n(thresholds:.*?)^```/ms.exec(page)?.[1] ?? "";
    expect(readThresholdsFile(written(example)).queues).toEqual({
      train: { oldestTaskSeconds: 14_400, stuckSeconds: 28_800 },
    });
  });

  it.each([
    ["is empty", ""],
    [
      "has only comments behind its keys",
      "thresholds:\n  # failureRatio: 0.1\nqueues:\n  images:\ntasks:\nforSeconds:\nseverities:\ndisabled:\n",
    ],
  ])("that %s changes nothing", (_, text) => {
    expect(readThresholdsFile(written(text))).toEqual({
      values: {},
      queues: {},
      tasks: {},
      forSeconds: {},
      severities: {},
      disabled: [],
    });
  });
});

describe("a mistake in it is told with its line, the value, what is accepted and what to do:", () => {
  it.each([
    ["limits: {}", "my.yml:1: limits: expected one of the keys thresholds, queues, tasks, forSeconds"],
    ["threshold: {}", 'severities, disabled. Did you mean "thresholds"?'],
    ["failureRatio: 0.1", "Set it under thresholds."],
    [
      "thresholds: { failureRate: 0.1 }",
      'my.yml:1: thresholds.failureRate: expected the name of a threshold. Did you mean "failureRatio"?',
    ],
    ["thresholds: { nonsense: 1 }", "expected the name of a threshold. prometheus/thresholds.yml has them all."],
    [
      "thresholds:\n  failureRatio: 5",
      "my.yml:2: thresholds.failureRatio: got 5; expected a number from 0 to 1. It is a share: 0.05 is 5 %.",
    ],
    ["thresholds: { failureRatio: .nan }", "got NaN; expected a number from 0 to 1."],
    [
      "thresholds: { stuckSeconds: 10m }",
      'got "10m"; expected a number from 1 to 2592000. It is in seconds: write 600.',
    ],
    ["thresholds: { stuckSeconds: soon }", 'got "soon"; expected a number from 1 to 2592000. It is in seconds.'],
    ["thresholds: { backlogTasks: 0 }", "got 0; expected a number from 1 to 1000000000000."],
    ["thresholds: { cpuPercent: 0.85 }", "got 0.85; expected a number from 1 to 100. It is in percent: 85 is 85 %."],
    ["thresholds: 5", "my.yml:1: thresholds: got 5; expected a mapping of thresholds to numbers."],
    ["queues: { images: 5 }", "queues.images: got 5; expected a mapping of thresholds to numbers."],
    [
      "queues: { images: { seenSeconds: 5 } }",
      "queues.images.seenSeconds: expected a threshold that a queue can have. It is one value for the whole platform: set it under thresholds.",
    ],
    [
      "tasks: { train: { stuckSeconds: 5 } }",
      "tasks.train.stuckSeconds: expected a threshold that a task can have. It belongs to a queue: set it under queues or thresholds.",
    ],
    ["tasks: { train: { failureRatios: 1 } }", 'expected the name of a threshold. Did you mean "failureRatio"?'],
    [
      "forSeconds: { TaskBrokerDow: 5 }",
      'forSeconds.TaskBrokerDow: expected the name of an alert. Did you mean "TaskBrokerDown"?',
    ],
    [
      "forSeconds: { TaskBrokerDown: 2m }",
      'got "2m"; expected a number from 0 to 2592000. It is in seconds: write 120.',
    ],
    ["severities: { TaskBrokerDown: page }", 'got "page"; expected critical, warning, info.'],
    ["disabled: TaskBrokerDown", 'disabled: got "TaskBrokerDown"; expected a list of alerts.'],
    [
      "disabled: [TaskBrokerGone]",
      'disabled[0]: got "TaskBrokerGone"; expected the name of an alert. Did you mean "TaskBrokerDown"?',
    ],
  ])("%s", (text, expected) => {
    const lines = refused(text);
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  it("all of them at once, in the order of the lines", () => {
    const lines = refused("disabled: [Nothing]\nnonsense: 1\nthresholds:\n  failureRatio: 2\n  one: 1\n  two: 2\n");
    expect(lines.map((line) => line.slice(0, line.indexOf(": ")))).toEqual([
      "my.yml:1",
      "my.yml:2",
      "my.yml:4",
      "my.yml:5",
      "my.yml:6",
    ]);
  });

  it("a file that is not there, and one that is no YAML", () => {
    expect(refusal(() => readThresholdsFile("nowhere.yml"))).toBe(
      '--thresholds: got "nowhere.yml"; expected a file that can be read (ENOENT).',
    );
    expect(refused("thresholds: [")[0]).toContain("my.yml:1: expected valid YAML");
  });
});
