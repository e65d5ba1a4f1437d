import { contract } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import { PROGRESS, recorded, recordingRules } from "../recording-rules.ts";
import { moved } from "../risen.ts";
import type { RuleQueries } from "../rule-scope.ts";
import type { ThresholdValues } from "../thresholds.ts";

const { eventsTimestamp, queuePaused, queueTasks } = contract;
const { length, oldestActive, oldestAge, open, saturation, slowestRun } = recordingRules;

/** Share of the window by which the oldest task must have aged for nothing to have been taken: readings come seconds apart. */
const AGED = 0.9;
/** Times the average run time that a task may run before it counts as hung, where that is longer than `stuckSeconds`. */
const HUNG = 3;
/** How far back run times are known, in seconds: the processes that counted them may have been replaced since. */
const RUN_TIMES_SECONDS = 86_400;

/** Alerts about work that does not move. */
export const queueAlerts: readonly AlertDefinition[] = [
  {
    name: "TaskQueueGrowing",
    group: "queues",
    severity: "warning",
    forSeconds: 600,
    subject: "queue",
    thresholds: ["growthMinTasks", "growthWindowSeconds"],
    summary: "{{ $labels.queue }} has grown by {{ $value | humanize }} tasks and does not drain",
    description: ({ growthWindowSeconds }) =>
      `{{ $value | humanize }} more tasks wait in {{ $labels.queue }} than at its lowest within ${durationText(growthWindowSeconds)}, and it still does not shrink: more arrives than is worked off.`,
    expr: growing,
  },
  {
    name: "TaskQueueOldestTaskTooOld",
    group: "queues",
    severity: "warning",
    forSeconds: 60,
    subject: "queue",
    thresholds: ["oldestTaskSeconds"],
    summary: "The oldest task in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    description: ({ oldestTaskSeconds }) =>
      `The oldest ready task in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}; at most ${durationText(oldestTaskSeconds)} is fine.`,
    expr: (q, { oldestTaskSeconds }) => `${recorded(q, oldestAge)} > ${oldestTaskSeconds}`,
  },
  {
    name: "TaskQueueStuck",
    group: "queues",
    severity: "critical",
    forSeconds: 60,
    subject: "queue",
    thresholds: ["stuckSeconds", "eventsSilentSeconds"],
    summary: "{{ $labels.queue }} is stuck with {{ $value | humanize }} tasks",
    description: ({ stuckSeconds }) =>
      `{{ $value | humanize }} tasks wait or run in {{ $labels.queue }}, and none has ended for ${durationText(stuckSeconds)}.`,
    expr: stuck,
  },
  {
    name: "TaskQueuePaused",
    group: "queues",
    severity: "warning",
    forSeconds: 3600,
    subject: "queue",
    thresholds: [],
    summary: "{{ $labels.queue }} is paused while {{ $value | humanize }} tasks wait",
    description: () => "Nobody takes the {{ $value | humanize }} tasks that wait in {{ $labels.queue }}: it is paused.",
    expr: (q) => `${recorded(q, length)} > 0\nand on ${q.labels("queue")} ${paused(q)}`,
  },
  {
    name: "TasksOverdue",
    group: "queues",
    severity: "warning",
    forSeconds: 300,
    subject: "queue",
    thresholds: ["overdueTasks", "saturationRatio"],
    summary: "{{ $value | humanize }} delayed tasks of {{ $labels.queue }} are due and nobody promotes them",
    description: () =>
      "{{ $value | humanize }} delayed or retried tasks of {{ $labels.queue }} are due and still not ready. A worker or a scheduler should make them so within seconds.",
    // Workers of some frameworks promote between two tasks: while all are busy, promoted tasks would only wait elsewhere.
    expr: (q, { overdueTasks, saturationRatio }) =>
      `max by ${q.labels("queue")} (${q.series(queueTasks, 'state="overdue"')}) > ${overdueTasks}\nunless on ${q.labels("queue")} ${recorded(q, saturation)} >= ${saturationRatio}`,
  },
];

/** More waits than at the lowest within the window, and lately it does not shrink. */
export function growing(q: RuleQueries, { growthMinTasks, growthWindowSeconds }: ThresholdValues): string {
  const queue = recorded(q, length);
  const window = durationText(growthWindowSeconds);
  const lately = durationText(growthWindowSeconds / 3);
  return `(${queue} - min_over_time(${queue}[${window}]) > ${growthMinTasks})\nand deriv(${queue}[${lately}]) >= 0`;
}

/**
 * Work for the whole window, and nothing that ended in it. Where nobody counts tasks, the oldest one that has aged as fast as the clock says the same, unless
 * the queue became shorter meanwhile. A queue whose slowest tasks normally run for longer than the window allows is judged by the longest-running one.
 */
function stuck(q: RuleQueries, { eventsSilentSeconds, stuckSeconds }: ThresholdValues): string {
  const window = durationText(stuckSeconds);
  const by = q.labels("queue");
  const on = `on ${by}`;
  const work = recorded(q, open);
  const age = recorded(q, oldestAge);
  const slowest = `${HUNG} * max_over_time(${recorded(q, slowestRun)}[${durationText(RUN_TIMES_SECONDS)}])`;
  const progress = PROGRESS.map((one) => moved(q, one, stuckSeconds)).join("\n  or ");
  const counted = `group by ${by} (last_over_time(${q.series(contract.taskSuccess)}[${window}]))`;
  const aged = `(${age} - ${age} offset ${window}) >= ${Number((AGED * stuckSeconds).toPrecision(6))}`;
  const deaf = `(time() - min by ${q.labels()} (${q.series(eventsTimestamp)}) > ${eventsSilentSeconds})`;
  const shrank = `resets(${recorded(q, length)}[${window}]) > 0`;
  return [
    `${work} > 0 and min_over_time(${work}[${window}]) > 0 and ${work} offset ${window} > 0`,
    `unless ${on} (${progress})`,
    `and ${on} (${counted} or (${aged} unless ${on} ${shrank}))`,
    `unless ${on} (${slowest} > ${stuckSeconds} unless ${on} (${recorded(q, oldestActive)} > ${on} ${slowest}))`,
    // What a reader of events does not hear ends all the same, as the length shows.
    `unless ${on} (${shrank} and on ${q.labels()} ${deaf})`,
    `unless ${on} ${paused(q)}`,
  ].join("\n");
}

function paused(q: RuleQueries): string {
  return `(max by ${q.labels("queue")} (${q.series(queuePaused)}) > 0)`;
}
