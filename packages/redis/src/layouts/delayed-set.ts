import { ageSeconds } from "./age.ts";
import { optional, type Questions } from "./queue-layout.ts";
import { maybeCount, maybeNumber } from "./replies.ts";

/** Delayed jobs by whether they are due. */
export interface DelayedJobs {
  /** Not due yet; `undefined` when that is unknown. */
  readonly delayed: number | undefined;
  /** Due, and not promoted; `undefined` when that is unknown. */
  readonly overdue: number | undefined;
  /** For how long the first of them has been due, in seconds; 0 when none is due, `undefined` when that is unknown. */
  readonly overdueSeconds: number | undefined;
}

/**
 * Commands that {@link delayedJobs} needs the replies of: how many members a sorted set has, how many are due, and the first.
 *
 * @param unit - what a score is in a millisecond: 4096 where a counter fills the lower 12 bits
 */
export function askDelayedJobs(key: string, unit: number, now: number): Questions {
  return [
    optional("zcard", key),
    optional("zcount", key, "-inf", (Math.floor(now) + 1) * unit - 1),
    optional("zrange", key, 0, 0, "WITHSCORES"),
  ];
}

/** The jobs of a set of delayed ones, from the replies to {@link askDelayedJobs}. */
export function delayedJobs([all, due, first]: readonly unknown[], unit: number, now: number): DelayedJobs {
  const total = maybeCount(all);
  const overdue = maybeCount(due);
  // RESP3 pairs a member with its score.
  const score = Array.isArray(first) ? maybeNumber(first.flat()[1]) : undefined;
  const dueSince = score === undefined ? undefined : Math.floor(score / unit);
  return {
    // Jobs may be promoted between the two commands.
    delayed: total === undefined || overdue === undefined ? undefined : Math.max(0, total - overdue),
    overdue,
    overdueSeconds: overdue === 0 ? 0 : overdue === undefined ? undefined : ageSeconds(dueSince, now),
  };
}
