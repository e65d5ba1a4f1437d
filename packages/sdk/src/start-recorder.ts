import { createTaskRecorder, type TaskRecorder, type TaskRecorderHandle } from "@taskvitals/core";
import { countRefusals, type SeriesRefusals } from "./series-vitals.ts";
import type { StartContext } from "./start-context.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** A recorder, and what its limit refused. */
export interface StartedRecorder extends TaskRecorderHandle {
  readonly refusals: SeriesRefusals;
}

/**
 * Creates the recorder and declares what the options declare.
 *
 * @param queues - labels of the declared queues: where there is one, it is the queue of tasks that name none
 * @throws TaskVitalsError `INVALID_OPTION` for a bad task name or number of slots
 */
export function startRecorder(
  { options, settings, problems }: StartContext,
  telemetry: Telemetry,
  queues: readonly string[],
): StartedRecorder {
  const refusals = countRefusals(settings.maxSeries, problems.warn);
  const handle = createTaskRecorder({
    meter: telemetry.meter,
    defaultQueue: options.defaultQueue ?? (queues.length === 1 ? queues[0] : undefined),
    durationBuckets: settings.durationBuckets,
    maxSeries: settings.maxSeries,
    onProblem: problems.report,
    onSeriesRefused: refusals.onRefused,
  });
  for (const { task, queue } of settings.tasks) handle.tasks.declare(task, { queue });
  declareSlots(handle.tasks, options.concurrency);
  return { ...handle, refusals };
}

function declareSlots(tasks: TaskRecorder, slots: StartContext["options"]["concurrency"]): void {
  if (typeof slots === "number") tasks.setConcurrency(slots);
  else for (const [queue, count] of Object.entries(slots ?? {})) tasks.setConcurrency(count, { queue });
}
