import type { ThresholdValues } from "../thresholds.ts";
import { amount, time } from "./evidence-text.ts";
import type { Finding } from "./finding.ts";
import type { QueueObservation } from "./queue-observation.ts";

/** Share of the time by which the oldest task must have aged for nothing to have been taken: readings come apart. */
const AGED = 0.9;
/** Times the average run time after which a running task counts as hung, where that is longer than `stuckSeconds`. */
const HUNG = 3;
/** Least time, in seconds, in which free workers take something that waits. */
const PICK_UP_SECONDS = 5;

/** Work that nobody gets on with. */
export function stuck(seen: QueueObservation, values: ThresholdValues): Finding | undefined {
  return paused(seen) ?? overdue(seen, values) ?? still(seen, values);
}

function paused({ paused: isPaused, ready = 0 }: QueueObservation): Finding | undefined {
  if (isPaused !== true || ready === 0) return undefined;
  return {
    verdict: "stuck",
    cause: "paused",
    because: "it is paused, so nobody takes what waits",
    next: "Find out who paused it and why, then resume it with the framework's own command.",
    alert: "TaskQueuePaused",
  };
}

function overdue({ overdue: due = 0, watchedSeconds }: QueueObservation, values: ThresholdValues): Finding | undefined {
  // At one look, what became due a moment ago is nobody's fault.
  if (watchedSeconds === 0 || due <= values.overdueTasks) return undefined;
  return {
    verdict: "stuck",
    cause: "overdue",
    because: `${amount(due, "delayed task")} ${due === 1 ? "is" : "are"} due, and nobody promoted ${due === 1 ? "it" : "them"} in ${time(watchedSeconds)}`,
    next: "Start what promotes them: a worker (BullMQ, Asynq, Sidekiq) or a scheduler (rq worker --with-scheduler, rqscheduler, resque-scheduler).",
    alert: "TasksOverdue",
  };
}

/** Nothing ended and nothing was taken, for so long that it is no pause between two tasks. */
function still(seen: QueueObservation, values: ThresholdValues): Finding | undefined {
  const { oldestAgeSeconds, ready = 0, running = 0, watchedSeconds } = seen;
  if (ready + running === 0 || watchedSeconds === 0 || moved(seen)) return undefined;
  const idle = idleWorkers(seen);
  const because = idle ?? tooLong(seen, values);
  if (because === undefined) return undefined;
  const waited =
    oldestAgeSeconds === undefined || ready === 0 ? "" : `; the oldest has waited for ${time(oldestAgeSeconds)}`;
  return {
    verdict: "stuck",
    cause: idle === undefined ? "nothing_ends" : "not_taken",
    because: `${because}${waited}`,
    next: "Look at the workers: frozen, blocked, dead-locked, or waiting for something outside. Restart one and see whether it takes a task.",
    alert: "TaskQueueStuck",
  };
}

/**
 * Whether anything shows progress. Where nobody counts tasks, a shorter queue or a younger oldest task does; since the last reading the task has aged as well,
 * which nobody has seen yet.
 */
function moved({
  ended,
  oldestAgeChange,
  readingAgeSeconds = 0,
  readyChange = 0,
  ready = 0,
  retried = 0,
  watchedSeconds,
}: QueueObservation): boolean {
  if (ended !== undefined) return ended + retried > 0;
  if (readyChange < 0) return true;
  return ready > 0 && oldestAgeChange !== undefined && oldestAgeChange < AGED * (watchedSeconds - readingAgeSeconds);
}

/** Free slots, or a worker that runs nothing, beside work that has waited all the time. */
function idleWorkers(seen: QueueObservation): string | undefined {
  const { oldestAgeSeconds, ready = 0, readyChange = 0, running, watchedSeconds } = seen;
  if (ready === 0 || running !== 0 || readyChange >= ready || watchedSeconds < PICK_UP_SECONDS) return undefined;
  if (oldestAgeSeconds !== undefined && oldestAgeSeconds < watchedSeconds) return undefined;
  return `nothing was taken in ${time(watchedSeconds)} although no task runs`;
}

function tooLong(seen: QueueObservation, { stuckSeconds }: ThresholdValues): string | undefined {
  const { averageRunSeconds = 0, oldestActiveSeconds, oldestAgeSeconds, ready = 0, watchedSeconds } = seen;
  // Tasks that normally run for long are judged by the longest-running one.
  const normal = HUNG * averageRunSeconds > stuckSeconds;
  if (normal && !(oldestActiveSeconds !== undefined && oldestActiveSeconds > HUNG * averageRunSeconds))
    return undefined;
  const waited = ready > 0 ? (oldestAgeSeconds ?? 0) : 0;
  const longest = Math.max(waited, oldestActiveSeconds ?? 0, watchedSeconds);
  if (longest < stuckSeconds) return undefined;
  return oldestActiveSeconds !== undefined && oldestActiveSeconds >= stuckSeconds
    ? `nothing ended in ${time(watchedSeconds)}, and one task has run for ${time(oldestActiveSeconds)}`
    : `nothing ended in ${time(watchedSeconds)}`;
}
