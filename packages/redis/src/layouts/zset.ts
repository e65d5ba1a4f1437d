import { ageSeconds } from "./age.ts";
import { firstScore } from "./first-score.ts";
import { oneOf } from "./queue-field.ts";
import { defineLayout, type QueueLayout } from "./queue-layout.ts";
import { count, maybeNumber } from "./replies.ts";

/**
 * A plain Redis sorted set whose key is the queue's name: one member per task. A key that does not exist is an empty queue.
 *
 * `scores` says what the scores are:
 * - `none` (the default): anything, such as priorities. Every member is ready, and its age is not known.
 * - `due-seconds`, `due-milliseconds`: since when the task may be taken, as Unix time. Members that are due are ready, the others delayed, and
 *   the oldest is as old as its score, exactly. A set that is scored by the time of enqueueing is the case in which all are due.
 *   The age is unknown when the lowest score is no time, such as 0 for "at once".
 */
export const zset: QueueLayout = defineLayout({
  framework: "a Redis sorted set",
  verifiedOn: "Redis 7.0",
  commands: ["zcard", "zcount", "eval_ro", "zrange"],
  fields: { scores: oneOf("none", "none", "due-seconds", "due-milliseconds") },
  *read({ name, scores }, now) {
    if (scores === "none") {
      const [members] = yield [["zcard", name]];
      return { ready: count(members) };
    }
    const unit = scores === "due-seconds" ? 1000 : 1;
    const [due, later, lowest] = yield [
      ["zcount", name, "-inf", now / unit],
      ["zcount", name, `(${now / unit}`, "+inf"],
      firstScore(name),
    ];
    const ready = count(due);
    const score = maybeNumber(lowest);
    const age = ageSeconds(score === undefined ? undefined : score * unit, now);
    return { ready, states: { delayed: count(later) }, oldestAgeSeconds: ready === 0 ? 0 : age };
  },
});
