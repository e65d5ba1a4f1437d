/** Verdicts on a queue, the worst first. */
export const QUEUE_VERDICTS = ["blind", "starving", "stuck", "failing", "backlog", "healthy"] as const;

/**
 * What a queue is like.
 *
 * - `blind`: it cannot be read, or nobody has read it lately. Nothing is known.
 * - `starving`: work waits and no worker is there.
 * - `stuck`: work waits or runs and nothing ends, or it is paused, or due tasks are not promoted.
 * - `failing`: too many of its tasks fail.
 * - `backlog`: more arrives than is worked off, or tasks wait for too long.
 * - `healthy`: none of these; also a burst that drains in time, and a queue that is empty.
 */
export type QueueVerdict = (typeof QUEUE_VERDICTS)[number];

/**
 * Why a verdict other than healthy was given, as one word for programs.
 *
 * - `unreadable`, `stale`, `unread`: of `blind`: its reading fails, is old, or nobody was told to read it.
 * - `no_workers`: of `starving`.
 * - `paused`, `overdue`, `not_taken`, `nothing_ends`: of `stuck`.
 * - `failing`: of `failing`.
 * - `growing`, `too_old`: of `backlog`.
 */
export type QueueCause =
  | "unreadable"
  | "stale"
  | "unread"
  | "no_workers"
  | "paused"
  | "overdue"
  | "not_taken"
  | "nothing_ends"
  | "failing"
  | "growing"
  | "too_old";

/** A verdict and what it rests on. */
export interface QueueJudgement {
  /** The `queue` label. */
  readonly queue: string;
  /** The worst that applies. */
  readonly verdict: QueueVerdict;
  /** Why, in one word; absent for a healthy queue. */
  readonly cause?: QueueCause | undefined;
  /** What was seen, a sentence without a final stop each; the decisive one first. */
  readonly evidence: readonly string[];
  /** What to do next, as a sentence; absent for a healthy queue. */
  readonly next?: string | undefined;
  /** The alert that says the same, and names the runbook; absent for a healthy queue, and where none does. */
  readonly alert?: string | undefined;
}
