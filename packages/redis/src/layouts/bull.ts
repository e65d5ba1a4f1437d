import { ageSeconds, oldestKnownAge } from "./age.ts";
import { askDelayedJobs, delayedJobs } from "./delayed-set.ts";
import { globLiteral } from "./glob.ts";
import { askJobList, jobList } from "./job-list.ts";
import { text } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, maybeNumber } from "./replies.ts";
import { unstartedSince } from "./unstarted-job.ts";

/**
 * A queue of Bull 3 or 4. `prefix` is the option of that name of its `Queue`.
 *
 * - ready: `wait` plus `paused`, where a paused queue's waiting jobs are. Jobs with a priority are among them: Bull sorts them into the list.
 * - states: `delayed` (a retry's back-off and jobs that wait for the rate limiter as well, which Bull keeps in the same set) and `overdue`, told
 *   apart by score; `active`; `failed`, those retained. Workers promote delayed jobs: without one, due jobs stay overdue.
 * - age: a job is ready since `timestamp` plus the delay it was added with, one that was retried by hand since `retriedOn`, an overdue one since
 *   its score. A job that was started before (retried, stalled) became ready at a time that is kept nowhere, and is passed over. Looked at
 *   are the three jobs that are next and the one at the other end. That is exact while one of the next three was never started, no priorities are
 *   used, and LIFO is used for all jobs or none; otherwise the oldest is at least this old, or unknown when none of the four tells.
 * - Not told: workers, which leave no heartbeat.
 *
 * A queue leaves its counter `id`; the framework leaves nothing beyond its queues. BullMQ has such keys as well: with one prefix for both,
 * discovery finds the queues of either.
 *
 * Sources: `addJob-6.lua`, `addJobWithPriority.lua`, `pause-5.lua`, `moveToActive-8.lua`, `updateDelaySet-6.lua`, `retryJob-7.lua`,
 * `reprocessJob-6.lua`, `moveStalledJobsToWait-7.lua`, `queue.js` (`isPaused`) of Bull 4.16.5.
 */
export const bull: QueueLayout = defineLayout({
  framework: "Bull",
  verifiedOn: "Bull 4.16.5",
  commands: ["llen", "lrange", "lindex", "zcard", "zcount", "zrange", "hexists", "exists", "hmget"],
  fields: { prefix: text("bull") },
  *read({ name, prefix }, now) {
    const base = `${prefix}:${name}:`;
    const replies = yield [
      ...askJobList(`${base}wait`),
      ...askJobList(`${base}paused`),
      ...askDelayedJobs(`${base}delayed`, DELAYED_UNIT, now),
      optional("llen", `${base}active`),
      optional("zcard", `${base}failed`),
      optional("exists", `${base}meta-paused`),
      optional("hexists", `${base}meta`, "paused"),
      optional("exists", `${base}id`),
    ];
    const lists = [jobList(replies.slice(0, 3)), jobList(replies.slice(3, 6))];
    const { overdueSeconds, ...due } = delayedJobs(replies.slice(6, 9), DELAYED_UNIT, now);
    const [active, failed, metaPaused, paused, id] = replies.slice(9);
    const ready = lists.reduce((sum, { length }) => sum + length, 0);
    const states = { ...due, active: maybeCount(active), failed: maybeCount(failed) };
    const empty = [ready, ...Object.values(states)].every((tasks) => tasks === 0);
    const reading = {
      ready,
      states,
      paused: metaPaused === undefined || paused === undefined ? undefined : count(metaPaused) + count(paused) > 0,
      absent: empty && maybeCount(id) === 0 ? ("queue" as const) : undefined,
    };
    if (ready === 0) return { ...reading, oldestAgeSeconds: overdueSeconds };

    const ids = lists.flatMap(({ candidates }) => candidates);
    const fields = ["timestamp", "opts", "retriedOn", "processedOn", "attemptsMade"];
    const jobs = ids.length === 0 ? [] : yield ids.map((id) => optional("hmget", base + id, ...fields));
    const ages = jobs.map((job) => ageSeconds(readySince(job), now));
    return { ...reading, oldestAgeSeconds: oldestKnownAge([...ages, due.overdue === 0 ? undefined : overdueSeconds]) };
  },
  index: ({ prefix }) => ({
    scan: `${globLiteral(prefix)}:*:id`,
    name: (key) => key.slice(prefix.length + 1, -":id".length) || undefined,
  }),
});

/** The score of a delayed job: its due time in milliseconds times this, plus a counter. */
const DELAYED_UNIT = 4096;

function readySince(job: unknown): number | undefined {
  if (!Array.isArray(job)) return undefined;
  const [timestamp, opts, retriedOn, processedOn, attemptsMade] = job;
  // Retrying by hand removes `processedOn`; being started again brings it back.
  if (retriedOn !== null) return processedOn === null ? maybeNumber(retriedOn) : undefined;
  return unstartedSince(timestamp, opts, [processedOn, attemptsMade]);
}
