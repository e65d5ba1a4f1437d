import { contract, type HistogramDefinition } from "@taskvitals/core";
import { selector } from "../selector.ts";
import { BY_QUEUE, BY_TASK, fact, held, quantileInRange, recentQuantile } from "./grouped.ts";
import { risenInRange } from "./risen-in-range.ts";

const { queueLength, queueOldestAge, queueTasks, taskActive, taskConcurrency } = contract;
const { taskDuration, taskFailure, taskStalled, taskSuccess } = contract;

/** How many of the worst a panel shows. */
const WORST = 5;

/** A length that only trembles would drain in years; such a line would hide all others. */
const LONGEST_DRAIN_SECONDS = 86_400;

/** Tasks that run, by the broker where it tells, else by the workers. */
export function runningByQueue(): string {
  return `${fact(queueTasks, BY_QUEUE, 'state="active"')} or ${held(taskActive, BY_QUEUE)}`;
}

/** Delayed tasks that are due and not promoted. */
export function overdueByQueue(): string {
  return fact(queueTasks, BY_QUEUE, 'state="overdue"');
}

/** Tasks that workers lost within the chosen time. */
export function lostByQueue(): string {
  return risenInRange(taskStalled, BY_QUEUE);
}

/** The tasks that fail most often, as a share of those that ended within the chosen time. */
export function worstFailureRatios(): string {
  const failed = risenInRange(taskFailure, BY_TASK);
  const succeeded = risenInRange(taskSuccess, BY_TASK);
  return `topk(${WORST}, ${failed} / ((${succeeded} + ${failed}) > 0) > 0)`;
}

/** The tasks that take longest. */
export function slowestTasks(): string {
  return `topk(${WORST}, ${quantileInRange(0.95, taskDuration, BY_TASK)})`;
}

/** The queues in which a task waits for longest. */
export function oldestQueues(): string {
  return `topk(${WORST}, ${fact(queueOldestAge, BY_QUEUE)} > 0)`;
}

/** Share of the task slots in use. */
export function saturation(): string {
  return `${held(taskActive, BY_QUEUE)} / (${held(taskConcurrency, BY_QUEUE)} > 0)`;
}

/** Tasks that end per minute, either way. */
export function finishing(): string {
  return `60 * (${ended()})`;
}

/** Tasks that become ready per minute: what ends, and what the length grows by. */
export function arriving(): string {
  return `60 * clamp_min(${ended()} + ${growth()}, 0)`;
}

/** Seconds until the queue is empty at the pace at which it shrinks; absent while it does not shrink, or would take days. */
export function timeToDrain(): string {
  return `${fact(queueLength, BY_QUEUE)} / (-${growth()} > 0) < ${LONGEST_DRAIN_SECONDS}`;
}

/** The time that 95 % of the tasks of a queue waited, or ran. */
export function p95ByQueue(histogram: HistogramDefinition): string {
  return recentQuantile(0.95, histogram, BY_QUEUE);
}

/** Whatever task is chosen: the length of a queue, with which this is compared, is that of all its tasks. */
function ended(): string {
  const [success, failure] = [taskSuccess, taskFailure].map(
    (counter) => `sum by (queue) (rate(${selector(counter, "", "", ["job", "queue"])}[$__rate_interval]))`,
  );
  return `${success} + ${failure}`;
}

/** Tasks per second by which the length grows; negative while it shrinks. */
function growth(): string {
  return `max by (queue) (deriv(${selector(queueLength)}[$__rate_interval]))`;
}
