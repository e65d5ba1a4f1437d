import { ageSeconds, oldestKnownAge } from "./age.ts";
import { askDelayedJobs, delayedJobs } from "./delayed-set.ts";
import { globLiteral } from "./glob.ts";
import { askJobList, type JobList, jobList } from "./job-list.ts";
import { text } from "./queue-field.ts";
import { defineLayout, type OptionalCommand, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, texts } from "./replies.ts";
import { unstartedSince } from "./unstarted-job.ts";

/**
 * A queue of BullMQ, version 5 or 6. `prefix` is the option of that name of its `Queue`: `{acme}` in a Cluster.
 *
 * - ready: waiting, prioritized and paused jobs as `getJobCounts()` counts them, without the marker (`0:…`) that version 4 could leave in a
 *   list. Version 5 moves the waiting jobs of a paused queue to the list `paused` (`pause-7.lua`: RENAME); version 6 leaves them and only
 *   sets `paused` in `meta`. What version 5 left in `paused` counts until version 6 resumes the queue, although its own counts lack it.
 * - states: `delayed` (a retry's back-off as well, which BullMQ keeps in the same set) and `overdue`, told apart by score; `active`;
 *   `blocked` (waiting-children); `failed`, those retained. Workers promote delayed jobs: without one, due jobs stay overdue.
 * - age: a job is ready since `timestamp` plus the delay it was added with, an overdue one since its score. A job that was started before
 *   (retried, stalled, rate-limited, reprocessed) or waited for children became ready at a time that is kept nowhere, and is passed over.
 *   Looked at are the three jobs that are next, the one at the other end (the oldest under LIFO), and the first of each priority, up to 16. That
 *   is exact while one of the next three was never started, LIFO is used for all jobs or none, and 16 priorities suffice; otherwise the
 *   oldest is at least this old, or unknown when none of those looked at tells. `Job.changeDelay()` and children that were removed
 *   leave no trace: such a job counts from the time it was added for.
 * - Not told: workers. They leave no heartbeat; BullMQ itself looks for them in `CLIENT LIST`.
 *
 * A queue leaves a hash `meta`; the framework leaves nothing beyond its queues. Bull 4 writes `meta` too, while a queue is paused.
 *
 * Sources: `queue-keys.ts`, `getCounts-1.lua`, `pause-7.lua`, `fetchNextJob.lua`, `promoteDelayedJobs.lua`, `getPriorityScore.lua`,
 * `getDelayedScore.lua`, `moveParentToWait.lua`, `reprocessJob-9.lua` of BullMQ 6.7.0, and the same of 5.81.5.
 */
export const bullmq: QueueLayout = defineLayout({
  framework: "BullMQ",
  verifiedOn: "BullMQ 5.81.5 and 6.7.0",
  commands: [
    ...["llen", "lrange", "lindex", "zcard", "zcount", "zrange", "zrangebyscore"],
    ...["hexists", "exists", "hmget", "eval_ro"],
  ],
  fields: { prefix: text("bull") },
  *read({ name, prefix }, now) {
    const base = `${prefix}:${name}:`;
    const replies = yield [
      ...askJobList(`${base}wait`),
      ...askJobList(`${base}paused`),
      ...askDelayedJobs(`${base}delayed`, DELAYED_UNIT, now),
      ["zcard", `${base}prioritized`],
      optional("eval_ro", `${base}prioritized`, FIRST_OF_EACH_PRIORITY, PRIORITIES),
      optional("llen", `${base}active`),
      optional("zcard", `${base}waiting-children`),
      optional("zcard", `${base}failed`),
      optional("hexists", `${base}meta`, "paused"),
      optional("exists", `${base}meta`),
    ];
    const lists = [jobList(replies.slice(0, 3)), jobList(replies.slice(3, 6))].map(withoutMarker);
    const { overdueSeconds, delayed, overdue } = delayedJobs(replies.slice(6, 9), DELAYED_UNIT, now);
    const [prioritized, urgent, active, blocked, failed, paused, meta] = replies.slice(9);
    const ready = lists.reduce((sum, { length }) => sum + length, count(prioritized));
    const counts = { active: maybeCount(active), blocked: maybeCount(blocked), failed: maybeCount(failed) };
    const states = { delayed, overdue, ...counts };
    const empty = [ready, ...Object.values(states)].every((tasks) => tasks === 0);
    const reading = {
      ready,
      states,
      paused: paused === undefined ? undefined : count(paused) > 0,
      absent: empty && maybeCount(meta) === 0 ? ("queue" as const) : undefined,
    };
    if (ready === 0) return { ...reading, oldestAgeSeconds: overdueSeconds };
    // Jobs may starve behind more urgent ones: without the first of each priority nothing is known of the oldest.
    if (count(prioritized) > 0 && texts(urgent).length === 0) return reading;

    const ids = new Set([...lists.flatMap(({ candidates }) => candidates), ...texts(urgent)]);
    const jobs = ids.size === 0 ? [] : yield [...ids].flatMap((id) => askJob(base + id));
    const ages = [...ids].map((_, index) => ageSeconds(readySince(jobs.slice(2 * index)), now));
    return { ...reading, oldestAgeSeconds: oldestKnownAge([...ages, overdue === 0 ? undefined : overdueSeconds]) };
  },
  index: ({ prefix }) => ({
    scan: `${globLiteral(prefix)}:*:meta`,
    name(key) {
      const name = key.slice(prefix.length + 1, -":meta".length);
      // BullMQ refuses names with a colon: this is the key of something else.
      return name === "" || name.includes(":") ? undefined : name;
    },
  }),
});

/** The score of a delayed job: its due time in milliseconds times this, plus a counter. */
const DELAYED_UNIT = 4096;
/** Priorities whose first job is looked at. */
const PRIORITIES = 16;

/** The first job of each priority that has any, most urgent first. A score is the priority times 2^32, plus a counter. */
const FIRST_OF_EACH_PRIORITY = `
local ids,from={},'-inf'
for _=1,tonumber(ARGV[1]) do
  local job=redis.call('ZRANGEBYSCORE',KEYS[1],from,'+inf','WITHSCORES','LIMIT',0,1)
  if not job[1] then break end
  ids[#ids+1]=job[1]
  from=string.format('%.0f',(math.floor(tonumber(job[2])/4294967296)+1)*4294967296)
end
return ids`;

/** Version 4 kept `0:0` and `0:<delay>` at the end of its lists, to wake up workers. `getJobCounts()` does not count them. */
function withoutMarker(list: JobList): JobList {
  if (!list.next[0]?.startsWith("0:")) return list;
  return {
    ...list,
    length: Math.max(0, list.length - 1),
    candidates: list.candidates.filter((id) => id !== list.next[0]),
  };
}

/** When the job was added, whether it was started before, and whether it has or had children. */
function askJob(key: string): readonly OptionalCommand[] {
  return [
    optional("hmget", key, "timestamp", "opts", "processedOn", "ats", "atm"),
    optional("exists", ...[`${key}:dependencies`, `${key}:processed`, `${key}:failed`, `${key}:unsuccessful`]),
  ];
}

function readySince([fields, children]: readonly unknown[]): number | undefined {
  if (!Array.isArray(fields) || maybeCount(children) !== 0) return undefined;
  const [timestamp, opts, ...marks] = fields;
  return unstartedSince(timestamp, opts, marks);
}
