import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { FinishedTask, StartOptions, TaskRecorder, TaskRun } from "@taskvitals/core";
import { createTaskRecorder } from "@taskvitals/core";

/** A recorder, and what it was told. */
export interface RecordedTasks {
  readonly tasks: TaskRecorder;
  /** Ends, in their order. */
  readonly ends: FinishedTask[];
  /** Starts, in their order. */
  readonly starts: (StartOptions & { readonly task: string })[];
  /** Ends by task, queue and outcome: `work mails success`, `fail mails failure ValueError`. */
  counts(): Record<string, number>;
  /** Open runs by queue. */
  active(): Record<string, number>;
  /** Tasks that stalled, by queue. */
  readonly stalls: Readonly<Record<string, number>>;
  /** Pairs that were declared, in their order, once each: `work mails`. */
  readonly declared: readonly string[];
  /** Slots by queue. */
  slots(): Record<string, number>;
  /** What the recorder refused. */
  readonly problems: string[];
}

/** A real recorder that also keeps what it is told. */
export function recordedTasks(): RecordedTasks {
  const problems: string[] = [];
  const { tasks, activity } = createTaskRecorder({
    meter: new MeterProvider().getMeter("test"),
    onProblem: (_, message) => problems.push(message),
  });
  const ends: FinishedTask[] = [];
  const starts: (StartOptions & { readonly task: string })[] = [];
  const stalls: Record<string, number> = {};
  const declared: string[] = [];
  const kept: TaskRecorder = {
    wrap: (task, fn, options) => tasks.wrap(task, fn, options),
    record(finished) {
      ends.push(finished);
      tasks.record(finished);
    },
    start(task, options): TaskRun {
      starts.push({ task, ...options });
      return tasks.start(task, options);
    },
    stalled(options, count = 1) {
      const queue = options?.queue ?? "";
      stalls[queue] = (stalls[queue] ?? 0) + count;
      tasks.stalled(options, count);
    },
    declare(task, options) {
      tasks.declare(task, options);
      const pair = `${task} ${options?.queue}`;
      if (!declared.includes(pair)) declared.push(pair);
    },
    setConcurrency: (slots, options) => tasks.setConcurrency(slots, options),
    addSlots: (slots, options) => tasks.addSlots(slots, options),
    forget: (pair) => tasks.forget(pair),
  };
  return {
    tasks: kept,
    ends,
    starts,
    stalls,
    declared,
    problems,
    counts() {
      const counts: Record<string, number> = {};
      for (const { task, queue, outcome, errorType } of ends) {
        const key = [task, queue, outcome, errorType].filter((part) => part !== undefined).join(" ");
        counts[key] = (counts[key] ?? 0) + 1;
      }
      return counts;
    },
    active: () => Object.fromEntries(activity.activities().map(({ queue, active }) => [queue, active])),
    slots: () => Object.fromEntries(activity.concurrency()),
  };
}
