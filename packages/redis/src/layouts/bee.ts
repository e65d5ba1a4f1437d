import { ageSeconds, oldestKnownAge } from "./age.ts";
import { askDelayedJobs, delayedJobs } from "./delayed-set.ts";
import { globLiteral } from "./glob.ts";
import { DEFAULT_PAYLOAD_LIMIT_BYTES, payloadObject, payloadOf } from "./payload.ts";
import { text, wholeNumber } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, texts } from "./replies.ts";

/**
 * A queue of Bee-Queue 2. `prefix` is the option of that name of its `Queue`, without the colon.
 *
 * - ready, `active`, `failed` (those retained), `delayed` (a retry's back-off as well) as `checkHealth()` counts them; jobs whose time has
 *   come are `overdue` instead of delayed. Only a `Queue` with `activateDelayedJobs` promotes them: without one they stay overdue.
 * - age: a job is ready since `options.timestamp`, or since `options.delay`, its absolute due time; an overdue one since its score. Jobs are only
 *   ever added behind others, so the next one is the oldest. That is exact unless the job was started before (its status is no longer
 *   `created`): when it became ready again is kept nowhere. Then the two behind it are looked at and the oldest is at least as old as they
 *   are; unknown when neither tells. A job whose worker died keeps the status `created`, and counts from the time it was first added.
 *   The stamps are in the payload: jobs larger than `maxPayloadBytes` are passed over as well.
 * - Not told: paused, which is a matter of each process, and workers, which leave no heartbeat.
 *
 * A queue leaves its counter `id`, unless all of its jobs have ids of their own, and the hash `jobs` while it retains any; the framework
 * leaves nothing beyond its queues.
 *
 * Sources: `queue.js` (`checkHealth`, `_finishJob`), `job.js`, `addJob.lua`, `addDelayedJob.lua`, `raiseDelayedJobs.lua`,
 * `checkStalledJobs.lua` of Bee-Queue 2.0.0.
 */
export const bee: QueueLayout = defineLayout({
  framework: "Bee-Queue",
  verifiedOn: "Bee-Queue 2.0.0",
  commands: ["llen", "lrange", "zcard", "zcount", "zrange", "scard", "exists", "hget", "eval_ro"],
  fields: { prefix: text("bq"), maxPayloadBytes: wholeNumber(DEFAULT_PAYLOAD_LIMIT_BYTES, 0, 1_048_576) },
  *read({ name, prefix, maxPayloadBytes }, now) {
    const base = `${prefix}:${name}:`;
    const replies = yield [
      ...askDelayedJobs(`${base}delayed`, 1, now),
      ["llen", `${base}waiting`],
      optional("lrange", `${base}waiting`, -3, -1),
      optional("llen", `${base}active`),
      optional("scard", `${base}failed`),
      optional("exists", `${base}id`),
      optional("exists", `${base}jobs`),
    ];
    const { overdueSeconds, ...due } = delayedJobs(replies, 1, now);
    const [waiting, next, active, failed, id, jobs] = replies.slice(3);
    const ready = count(waiting);
    const states = { ...due, active: maybeCount(active), failed: maybeCount(failed) };
    const empty = [ready, ...Object.values(states)].every((tasks) => tasks === 0);
    const seen = [id, jobs].some((exists) => maybeCount(exists) !== 0);
    const reading = { ready, states, absent: empty && !seen ? ("queue" as const) : undefined };
    if (ready === 0) return { ...reading, oldestAgeSeconds: overdueSeconds };

    const ids = texts(next);
    const payloads = ids.length === 0 ? [] : yield ids.map((job) => payloadOf(`${base}jobs`, job, maxPayloadBytes));
    const ages = payloads.map((payload) => ageSeconds(readySince(payload), now));
    return { ...reading, oldestAgeSeconds: oldestKnownAge([...ages, due.overdue === 0 ? undefined : overdueSeconds]) };
  },
  index: ({ prefix }) => ({
    scan: `${globLiteral(prefix)}:*:id`,
    name: (key) => key.slice(prefix.length + 1, -":id".length) || undefined,
  }),
});

function readySince(payload: unknown): number | undefined {
  const job = payloadObject(payload);
  const options = job?.options;
  if (job?.status !== "created" || typeof options !== "object" || options === null) return undefined;
  const { timestamp, delay = timestamp } = options as Readonly<Record<string, unknown>>;
  return typeof delay === "number" ? delay : undefined;
}
