import { contract } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import { recorded, recordingRules } from "../recording-rules.ts";
import { risen } from "../risen.ts";
import type { RuleQueries } from "../rule-scope.ts";
import type { ThresholdValues } from "../thresholds.ts";

const { taskDuration, taskFailure, taskStalled, taskSuccess } = contract;
const TASK = ["task", "queue"] as const;

/** Alerts about how tasks end and how long they take. */
export const taskAlerts: readonly AlertDefinition[] = [
  {
    name: "TaskFailureRatioHigh",
    group: "tasks",
    severity: "warning",
    forSeconds: 60,
    subject: "task",
    thresholds: ["failureRatio", "failureMinTasks", "failureWindowSeconds"],
    summary: "{{ $value | humanizePercentage }} of the tasks {{ $labels.task }} on {{ $labels.queue }} fail",
    description: ({ failureRatio, failureWindowSeconds }) =>
      `Of the tasks {{ $labels.task }} on {{ $labels.queue }} that ended within ${durationText(failureWindowSeconds)}, {{ $value | humanizePercentage }} failed for good; at most ${percent(failureRatio)} should.`,
    expr: (q, { failureMinTasks, failureRatio, failureWindowSeconds }) => {
      const failed = risen(q, taskFailure, failureWindowSeconds, TASK);
      const ended = `(${risen(q, taskSuccess, failureWindowSeconds, TASK)} + ${failed})`;
      return `${failed} / (${ended} >= ${failureMinTasks}) > ${failureRatio}`;
    },
  },
  {
    ...burnAlert("Fast"),
    severity: "critical",
    thresholds: ["successObjective", "burnFastFactor", "burnFastWindowSeconds"],
    expr: (q, { burnFastFactor, successObjective }) =>
      burning(q, recordingRules.fastLong, recordingRules.fastShort, burnFastFactor * (1 - successObjective)),
  },
  {
    ...burnAlert("Slow"),
    severity: "warning",
    thresholds: ["successObjective", "burnSlowFactor", "burnSlowWindowSeconds"],
    expr: (q, { burnSlowFactor, successObjective }) =>
      burning(q, recordingRules.slowLong, recordingRules.slowShort, burnSlowFactor * (1 - successObjective)),
  },
  {
    name: "TaskDurationRegressed",
    group: "tasks",
    severity: "warning",
    forSeconds: 300,
    subject: "task",
    thresholds: [
      "regressionFactor",
      "regressionMinSeconds",
      "regressionMinTasks",
      "regressionWindowSeconds",
      "regressionBeforeSeconds",
    ],
    summary: "{{ $labels.task }} on {{ $labels.queue }} takes {{ $value | humanize }} times as long as before",
    description: ({ regressionBeforeSeconds, regressionWindowSeconds }) =>
      `The average run time of {{ $labels.task }} on {{ $labels.queue }} over ${durationText(regressionWindowSeconds)} is {{ $value | humanize }} times what it was ${durationText(regressionBeforeSeconds)} ago.`,
    expr: (q, values) => {
      const { regressionBeforeSeconds, regressionFactor, regressionMinSeconds } = values;
      const now = average(q, values, "");
      const before = average(q, values, ` offset ${durationText(regressionBeforeSeconds)}`);
      return `(${now} / ${before} > ${regressionFactor}) and (${now} - ${before} > ${regressionMinSeconds})`;
    },
  },
  {
    name: "TasksStalled",
    group: "tasks",
    severity: "warning",
    forSeconds: 0,
    subject: "queue",
    thresholds: ["stalledTasks", "stalledWindowSeconds"],
    summary: "Workers of {{ $labels.queue }} lost {{ $value | humanize }} tasks",
    description: ({ stalledWindowSeconds }) =>
      `Within ${durationText(stalledWindowSeconds)}, {{ $value | humanize }} tasks of {{ $labels.queue }} were taken by a worker that then died, froze or did not renew its lock. They run again, or are failed.`,
    expr: (q, { stalledTasks, stalledWindowSeconds }) =>
      `${risen(q, taskStalled, stalledWindowSeconds, ["queue"])} > ${stalledTasks}`,
  },
];

function burnAlert(speed: "Fast" | "Slow"): Omit<AlertDefinition, "severity" | "thresholds" | "expr"> {
  const windows = ({ burnFastWindowSeconds, burnSlowWindowSeconds }: ThresholdValues): number =>
    speed === "Fast" ? burnFastWindowSeconds : burnSlowWindowSeconds;
  return {
    name: `TaskFailureBudgetBurns${speed}`,
    group: "tasks",
    forSeconds: 60,
    subject: "queue",
    summary: `{{ $value | humanizePercentage }} of the tasks on {{ $labels.queue }} fail, which spends the error budget ${speed === "Fast" ? "within two days" : "within five days"}`,
    description: (values) =>
      `Over ${durationText(windows(values))} and over the last twelfth of it, {{ $value | humanizePercentage }} of the tasks on {{ $labels.queue }} failed; the objective allows ${percent(1 - values.successObjective)} over a month.`,
  };
}

function burning(
  q: RuleQueries,
  long: (typeof recordingRules)["fastLong"],
  short: (typeof recordingRules)["fastLong"],
  limit: number,
): string {
  const rounded = Number(limit.toPrecision(6));
  return `${recorded(q, long)} > ${rounded} and ${recorded(q, short)} > ${rounded}`;
}

function average(q: RuleQueries, values: ThresholdValues, offset: string): string {
  const window = durationText(values.regressionWindowSeconds);
  const part = (suffix: "_sum" | "_count"): string =>
    `sum by ${q.labels(...TASK)} (increase(${q.series(taskDuration, "", suffix)}[${window}]${offset}))`;
  return `(${part("_sum")} / (${part("_count")} >= ${values.regressionMinTasks}))`;
}

function percent(ratio: number): string {
  return `${Number((100 * ratio).toPrecision(4))}%`;
}
