import { contract } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import { type RecordingRule, recorded, recordingRules } from "../recording-rules.ts";
import { risen } from "../risen.ts";
import type { RuleQueries } from "../rule-scope.ts";
import type { ThresholdValues } from "../thresholds.ts";

const { taskDuration, taskFailure, taskStalled, taskSuccess } = contract;
const { failedLately, fastLong, fastShort, slowLong, slowShort, succeededLately } = recordingRules;
const TASK = ["task", "queue"] as const;
const MONTH_SECONDS = 30 * 86_400;

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
    expr: (q, { failureMinTasks, failureRatio }) => {
      const failed = recorded(q, failedLately);
      return `${failed} / ((${recorded(q, succeededLately)} + ${failed}) >= ${failureMinTasks}) > ${failureRatio}`;
    },
  },
  {
    ...burnAlert("Fast"),
    severity: "critical",
    thresholds: ["successObjective", "burnFastFactor", "burnFastWindowSeconds", "failureMinTasks"],
    expr: (q, values) => burning(q, values, fastLong, fastShort, values.burnFastFactor, values.burnFastWindowSeconds),
  },
  {
    ...burnAlert("Slow"),
    severity: "warning",
    thresholds: ["successObjective", "burnSlowFactor", "burnSlowWindowSeconds", "failureMinTasks"],
    expr: (q, values) => burning(q, values, slowLong, slowShort, values.burnSlowFactor, values.burnSlowWindowSeconds),
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
      return `(${now} / ${before} > ${regressionFactor})\nand (${now} - ${before} > ${regressionMinSeconds})`;
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
      `round(${risen(q, taskStalled, stalledWindowSeconds, ["queue"])}) > ${stalledTasks}`,
  },
];

function burnAlert(speed: "Fast" | "Slow"): Omit<AlertDefinition, "severity" | "thresholds" | "expr"> {
  const limits = (values: ThresholdValues): readonly [number, number] =>
    speed === "Fast"
      ? [values.burnFastWindowSeconds, values.burnFastFactor]
      : [values.burnSlowWindowSeconds, values.burnSlowFactor];
  return {
    name: `TaskFailureBudgetBurns${speed}`,
    group: "tasks",
    forSeconds: 60,
    subject: "queue",
    summary:
      "{{ $value | humanizePercentage }} of the tasks on {{ $labels.queue }} fail, which uses up the error budget",
    description: (values) => {
      const [windowSeconds, factor] = limits(values);
      return `Over ${durationText(windowSeconds)} and over the last twelfth of it, {{ $value | humanizePercentage }} of the tasks on {{ $labels.queue }} failed. The objective allows ${percent(1 - values.successObjective)} over a month; at ${factor} times that, all of it is used up in ${durationText(3600 * Math.ceil(MONTH_SECONDS / factor / 3600))}.`;
    },
  };
}

function burning(
  q: RuleQueries,
  { failureMinTasks, successObjective }: ThresholdValues,
  long: RecordingRule,
  short: RecordingRule,
  factor: number,
  windowSeconds: number,
): string {
  const limit = Number((factor * (1 - successObjective)).toPrecision(6));
  const [success, failure] = [taskSuccess, taskFailure].map(
    (counter) => `sum by ${q.labels("queue")} (increase(${q.series(counter)}[${durationText(windowSeconds)}]))`,
  );
  return [
    `${recorded(q, long)} > ${limit}`,
    `and ${recorded(q, short)} > ${limit}`,
    `and on ${q.labels("queue")} (${success} + ${failure} >= ${failureMinTasks})`,
  ].join("\n");
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
