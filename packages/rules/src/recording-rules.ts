import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { durationText } from "./duration-text.ts";
import { risen } from "./risen.ts";
import type { RuleQueries } from "./rule-scope.ts";
import type { ThresholdValues } from "./thresholds.ts";

const { oldestActive, queueLength, queueOldestAge, queueTasks, taskActive, taskConcurrency } = contract;
const { taskDuration, taskFailure, taskRetry, taskSuccess, taskWait } = contract;

/** A series that Prometheus records, so that alerts and people need not compute it again. */
export interface RecordingRule {
  /** `level:metric:operation`, where the level lists the labels that are left. */
  readonly name: string;
  /** Labels that are left, beside those of the platform. */
  readonly labels: readonly string[];
  /** What it says, as a sentence without a final stop. */
  readonly meaning: string;
  /** The expression, for the platform's thresholds. */
  expr(queries: RuleQueries, values: ThresholdValues): string;
}

/** Keys of {@link recordingRules}. */
export type RecordingRuleKey =
  | "length"
  | "oldestAge"
  | "oldestActive"
  | "active"
  | "slots"
  | "saturation"
  | "running"
  | "open"
  | "succeeded"
  | "failed"
  | "successRatio"
  | "succeededLately"
  | "failedLately"
  | "service"
  | "arrival"
  | "drain"
  | "slowestRun"
  | "runP50"
  | "runP95"
  | "runP99"
  | "waitP50"
  | "waitP95"
  | "waitP99"
  | "fastLong"
  | "fastShort"
  | "slowLong"
  | "slowShort";

const QUEUE = ["queue"] as const;
const TASK = ["task", "queue"] as const;

/**
 * The recorded series. Facts about a queue are taken once, whoever reports them (`max`); what processes count and hold is added up (`sum` of `rate`), which is
 * right for one process, for many, and for totals that many share and one shows.
 */
export const recordingRules: Readonly<Record<RecordingRuleKey, RecordingRule>> = {
  length: fact(`queue:${queueLength.name}:max`, queueLength, "Tasks ready to run and not yet taken"),
  oldestAge: fact(`queue:${queueOldestAge.name}:max`, queueOldestAge, "Age of the oldest ready task"),
  oldestActive: fact(`queue:${oldestActive.name}:max`, oldestActive, "Run time so far of the longest-running task"),
  active: held(`queue:${taskActive.name}:sum`, taskActive, "Tasks running now"),
  slots: held(`queue:${taskConcurrency.name}:sum`, taskConcurrency, "Task slots of all workers"),
  saturation: {
    name: "queue:task_saturation:ratio",
    labels: QUEUE,
    meaning: "Share of the task slots in use",
    expr: (q) =>
      `sum by ${q.labels("queue")} (${q.series(taskActive)}) / (sum by ${q.labels("queue")} (${q.series(taskConcurrency)}) > 0)`,
  },
  running: {
    name: "queue:task_running:max",
    labels: QUEUE,
    meaning: "Tasks running, by the broker where it tells, else by the workers",
    expr: (q) =>
      `max by ${q.labels("queue")} (${q.series(queueTasks, 'state="active"')}) or sum by ${q.labels("queue")} (${q.series(taskActive)})`,
  },
  open: {
    name: "queue:task_open:sum",
    labels: QUEUE,
    meaning: "Tasks that wait, run, or are due and not promoted",
    expr: (q) => {
      const waiting = `sum by ${q.labels("queue")} (max by ${q.labels("queue", "state")} (${q.series(queueTasks, 'state=~"ready|overdue"')}))`;
      const broker = `max by ${q.labels("queue")} (${q.series(queueTasks, 'state="active"')})`;
      const running = `(${broker} or sum by ${q.labels("queue")} (${q.series(taskActive)}))`;
      return `${waiting} + on ${q.labels("queue")} ${running} or ${waiting} or ${running}`;
    },
  },
  succeeded: rate("task_queue:task_success:rate", taskSuccess, TASK, "Tasks that ended in success per second"),
  failed: rate("task_queue:task_failure:rate", taskFailure, TASK, "Tasks that ended in failure per second"),
  successRatio: {
    name: "task_queue:task_success:ratio",
    labels: TASK,
    meaning: "Share of the tasks that ended lately that ended in success; absent while none ended",
    expr: (q, { rateWindowSeconds }) => {
      const [success, failure] = [taskSuccess, taskFailure].map((one) => rateOf(q, one, TASK, rateWindowSeconds));
      return `${success} / ((${success} + ${failure}) > 0)`;
    },
  },
  succeededLately: lately("task_queue:task_success:increase", taskSuccess, "Tasks that ended in success"),
  failedLately: lately("task_queue:task_failure:increase", taskFailure, "Tasks that ended in failure"),
  service: {
    name: "queue:task_finished:rate",
    labels: QUEUE,
    meaning: "Service rate: tasks that ended per second, either way",
    expr: (q, { rateWindowSeconds }) => finishedRate(q, rateWindowSeconds),
  },
  arrival: {
    name: "queue:task_arrival:rate",
    labels: QUEUE,
    meaning: "Arrival rate: tasks per second that became ready, from what ended and how the length changed",
    expr: (q, { rateWindowSeconds }) =>
      `clamp_min(${finishedRate(q, rateWindowSeconds)} + max by ${q.labels("queue")} (deriv(${q.series(queueLength)}[${durationText(rateWindowSeconds)}])), 0)`,
  },
  drain: {
    name: "queue:task_drain_seconds:estimate",
    labels: QUEUE,
    meaning: "Time until the queue is empty at the pace at which it shrinks; absent while it does not shrink",
    expr: (q, { rateWindowSeconds }) =>
      `max by ${q.labels("queue")} (${q.series(queueLength)}) / (-max by ${q.labels("queue")} (deriv(${q.series(queueLength)}[${durationText(rateWindowSeconds)}])) > 0)`,
  },
  slowestRun: {
    name: `queue:${taskDuration.name}:avg_slowest`,
    labels: QUEUE,
    meaning: "Average run time of the slowest task of the queue, of all runs that the living processes have counted",
    expr: (q) => {
      const [sum, count] = (["_sum", "_count"] as const).map(
        (suffix) => `sum by ${q.labels(...TASK)} (${q.series(taskDuration, "", suffix)})`,
      );
      return `max by ${q.labels("queue")} (${sum} / (${count} > 0))`;
    },
  },
  runP50: quantile(
    `task_queue:${taskDuration.name}:p50`,
    taskDuration,
    0.5,
    "Median run time of tasks that ended lately",
  ),
  runP95: quantile(`task_queue:${taskDuration.name}:p95`, taskDuration, 0.95, "Run time that 95 % of them stay below"),
  runP99: quantile(`task_queue:${taskDuration.name}:p99`, taskDuration, 0.99, "Run time that 99 % of them stay below"),
  waitP50: quantile(`task_queue:${taskWait.name}:p50`, taskWait, 0.5, "Median wait of tasks that started lately"),
  waitP95: quantile(`task_queue:${taskWait.name}:p95`, taskWait, 0.95, "Wait that 95 % of them stay below"),
  waitP99: quantile(`task_queue:${taskWait.name}:p99`, taskWait, 0.99, "Wait that 99 % of them stay below"),
  fastLong: burn("queue:task_failure:ratio_fast_long", (values) => values.burnFastWindowSeconds),
  fastShort: burn("queue:task_failure:ratio_fast_short", (values) => values.burnFastWindowSeconds / 12),
  slowLong: burn("queue:task_failure:ratio_slow_long", (values) => values.burnSlowWindowSeconds),
  slowShort: burn("queue:task_failure:ratio_slow_short", (values) => values.burnSlowWindowSeconds / 12),
};

/** A recorded series, selected as the rule wants it. */
export function recorded(queries: RuleQueries, rule: RecordingRule): string {
  return queries.recorded(rule.name, rule.labels);
}

function fact(name: string, gauge: InstrumentDefinition, meaning: string): RecordingRule {
  return { name, labels: QUEUE, meaning, expr: (q) => `max by ${q.labels("queue")} (${q.series(gauge)})` };
}

function held(name: string, gauge: InstrumentDefinition, meaning: string): RecordingRule {
  return { name, labels: QUEUE, meaning, expr: (q) => `sum by ${q.labels("queue")} (${q.series(gauge)})` };
}

function rate(name: string, counter: InstrumentDefinition, labels: readonly string[], meaning: string): RecordingRule {
  return { name, labels, meaning, expr: (q, values) => rateOf(q, counter, labels, values.rateWindowSeconds) };
}

function rateOf(q: RuleQueries, counter: InstrumentDefinition, labels: readonly string[], seconds: number): string {
  return `sum by ${q.labels(...labels)} (rate(${q.series(counter)}[${durationText(seconds)}]))`;
}

function lately(name: string, counter: InstrumentDefinition, meaning: string): RecordingRule {
  return {
    name,
    labels: TASK,
    meaning: `${meaning} within the window of the failure ratio, those included that a series was born with`,
    expr: (q, { failureWindowSeconds }) => risen(q, counter, failureWindowSeconds, TASK),
  };
}

function finishedRate(q: RuleQueries, seconds: number): string {
  return `(${rateOf(q, taskSuccess, QUEUE, seconds)} + ${rateOf(q, taskFailure, QUEUE, seconds)})`;
}

function quantile(name: string, histogram: InstrumentDefinition, share: number, meaning: string): RecordingRule {
  return {
    name,
    labels: TASK,
    meaning,
    // Where nothing ended the quantile is NaN, which is no number to record.
    expr: (q, { rateWindowSeconds }) =>
      `histogram_quantile(${share}, sum by ${q.labels(...TASK, "le")} (rate(${q.series(histogram, "", "_bucket")}[${durationText(rateWindowSeconds)}]))) >= 0`,
  };
}

function burn(name: string, window: (values: ThresholdValues) => number): RecordingRule {
  return {
    name,
    labels: QUEUE,
    meaning: "Share of the tasks that failed, for the burn rate of the objective",
    expr: (q, values) => {
      const [success, failure] = [taskSuccess, taskFailure].map((one) => rateOf(q, one, QUEUE, window(values)));
      return `${failure} / ((${success} + ${failure}) > 0)`;
    },
  };
}

/** Counters whose rise shows that a queue makes progress: an attempt that failed and will be tried again is progress, too. */
export const PROGRESS: readonly InstrumentDefinition[] = [taskSuccess, taskFailure, taskRetry];
