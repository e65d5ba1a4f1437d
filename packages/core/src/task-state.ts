/**
 * Where a task of a queue stands; the `state` label.
 *
 * - `ready`: can be taken now and was not.
 * - `active`: taken, and neither finished nor acknowledged.
 * - `delayed`: deliberately not due yet.
 * - `overdue`: due, and not yet made ready by whoever should.
 * - `retrying`: failed, and waits for its next attempt, where the framework keeps it apart from delayed.
 * - `blocked`: waits for other tasks.
 * - `failed`: failed for good and kept.
 */
export type TaskState = (typeof TASK_STATES)[number];

/** Every {@link TaskState}, in the order of a task's life. */
export const TASK_STATES = ["ready", "active", "delayed", "overdue", "retrying", "blocked", "failed"] as const;
