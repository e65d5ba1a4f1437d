import type { Meter } from "@opentelemetry/api";
import { createTaskRecorder, type TaskRecorder, type TaskRecorderHandle } from "@taskvitals/core";
import type { CounterSpecification } from "@taskvitals/redis";
import type { SeriesRefusals } from "./series-vitals.ts";
import type { StartContext } from "./start-context.ts";

/**
 * Creates the recorder and declares what the options declare.
 *
 * @param meter - has the counters and histograms
 * @param refusals - told of what the limit refuses
 * @param queues - labels of the declared queues: where there is one, it is the queue of tasks that name none
 * @param counters - counters in Redis, whose labels the recorder must not use
 * @throws TaskVitalsError `INVALID_OPTION` for a bad task name or number of slots, `DUPLICATE_SERIES` for a task that a counter reports
 */
export function startRecorder(
  { options, settings, problems }: StartContext,
  meter: Meter,
  refusals: SeriesRefusals,
  queues: readonly string[],
  counters: readonly CounterSpecification[],
): TaskRecorderHandle {
  const handle = createTaskRecorder({
    meter,
    defaultQueue: options.defaultQueue ?? (queues.length === 1 ? queues[0] : undefined),
    durationBuckets: settings.durationBuckets,
    waitBuckets: settings.waitBuckets,
    maxSeries: settings.maxSeries,
    onProblem: problems.report,
    onSeriesRefused: refusals.onRefused,
    isReserved: (task, queue) => counters.some((counter) => counter.task === task && counter.queue === queue),
  });
  for (const { task, queue } of settings.tasks) handle.tasks.declare(task, { queue });
  declareSlots(handle.tasks, options.concurrency);
  return handle;
}

function declareSlots(tasks: TaskRecorder, slots: StartContext["options"]["concurrency"]): void {
  if (typeof slots === "number") tasks.setConcurrency(slots);
  else for (const [queue, count] of Object.entries(slots ?? {})) tasks.setConcurrency(count, { queue });
}
