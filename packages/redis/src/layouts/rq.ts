import { ageSeconds, oldestAge } from "./age.ts";
import { text } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, maybeNumber, maybeText, texts } from "./replies.ts";

/** Jobs at the head of the queue that are looked at: those put `at_front` stand before older ones. */
const LOOKED_AT = 4;
/** More workers than this on one queue are not counted. */
const MOST_WORKERS = 1000;

/**
 * A queue of RQ.
 *
 * - Ready is RQ's own `Queue.count`, active its started registry (also a job whose worker died, until RQ's maintenance fails it), blocked its
 *   deferred registry (jobs that wait for jobs they depend on), failed what its failed registry still keeps.
 * - Scheduled jobs are delayed until they are due and overdue from then on: they are made ready by a worker that runs a scheduler. Jobs
 *   that wait for their next attempt after an interval are scheduled jobs to RQ. Overdue are also jobs whose dependencies are met and that RQ
 *   has not put on the queue yet (its ready registry).
 * - Jobs that are held back by a rate limit are kept per limit and not per queue: they are not counted.
 * - The age counts from `enqueued_at`, which RQ sets anew whenever a job becomes ready, and of overdue jobs from their due time. It is exact
 *   while fewer than four jobs put `at_front` are waiting, and at least as high as told otherwise.
 * - Paused while workers are suspended (`rq suspend`), which RQ does for all queues of the database at once.
 * - Workers are those registered for the queue whose key has not run out: RQ renews it with each heartbeat and lets it run out 60 s after
 *   the worker's `worker_ttl` (480 s in all by default; 90 s while it runs a job). A worker that was killed is counted until then.
 *
 * The signs of RQ are the set of its queues, which keeps a queue until `Queue.delete`, and that of its workers.
 *
 * Sources: `rq/queue.py`, `rq/registry.py`, `rq/worker_registration.py`, `rq/worker/base.py` (`heartbeat`), `rq/suspension.py`, `rq/defaults.py`.
 */
export const rq: QueueLayout = defineLayout({
  framework: "RQ",
  verifiedOn: "RQ 3.0.0",
  commands: ["llen", "lrange", "zcard", "zcount", "zrange", "exists", "sscan", "sismember", "hget"],
  fields: { prefix: text("rq") },
  *read({ name, prefix }, now) {
    const queue = `${prefix}:queue:${name}`;
    const registry = (kind: string): string => `${prefix}:${kind}:${name}`;
    // RQ compares with whole seconds.
    const seconds = Math.floor(now / 1000);
    const [length, head, active, delayed, due, failedEver, expired, blocked, met, ...others] = yield [
      ["llen", queue],
      optional("lrange", queue, 0, LOOKED_AT - 1),
      optional("zcard", registry("wip")),
      optional("zcount", registry("scheduled"), `(${seconds}`, "+inf"),
      optional("zcount", registry("scheduled"), "-inf", seconds),
      optional("zcard", registry("failed")),
      optional("zcount", registry("failed"), 0, seconds),
      optional("zcard", registry("deferred")),
      optional("zcard", registry("ready")),
      optional("zrange", registry("scheduled"), 0, 0, "withscores"),
      optional("zrange", registry("ready"), 0, 0, "withscores"),
      optional("exists", `${prefix}:suspended`),
      optional("sscan", registry("workers"), 0, "count", MOST_WORKERS),
      optional("sismember", `${prefix}:queues`, queue),
      optional("exists", `${prefix}:queues`),
      optional("exists", `${prefix}:workers`),
    ];
    const [firstDue, firstMet, suspended, registered, known, anyQueue, anyWorker] = others;
    const ready = count(length);
    const ids = texts(head);
    const workers = workerKeys(registered, prefix);
    const lookups = [
      ...ids.map((id) => optional("hget", `${prefix}:job:${id}`, "enqueued_at")),
      ...(workers ?? []).map((key) => optional("exists", key)),
    ];
    const answers = lookups.length === 0 ? [] : yield lookups;
    const alive = answers.slice(ids.length).map(maybeCount);
    const states = {
      active: maybeCount(active),
      delayed: maybeCount(delayed),
      overdue: sum(maybeCount(due), maybeCount(met)),
      blocked: maybeCount(blocked),
      failed: sum(maybeCount(failedEver), minus(maybeCount(expired))),
    };
    const seen =
      maybeCount(known) !== 0 || workers?.length !== 0 || [ready, ...Object.values(states)].some((n) => n !== 0);
    return {
      ready,
      states,
      oldestAgeSeconds: oldestAge([
        ready === 0 ? 0 : headAge(answers.slice(0, ids.length), now),
        states.overdue === 0 ? 0 : oldestAge([waitingAge(firstDue, now), waitingAge(firstMet, now)]),
      ]),
      paused: suspended === undefined ? undefined : count(suspended) === 1,
      workers: workers === undefined || alive.includes(undefined) ? undefined : alive.filter((n) => n === 1).length,
      absent: seen ? undefined : missing(maybeCount(anyQueue), maybeCount(anyWorker)),
    };
  },
  index: ({ prefix }) => {
    const start = `${prefix}:queue:`;
    return {
      set: `${prefix}:queues`,
      // A member is a whole key, also with what a client puts before each.
      name(member) {
        const at = member.indexOf(start);
        return at === -1 ? undefined : member.slice(at + start.length);
      },
    };
  },
});

/** Keys of the workers that are registered for a queue; `undefined` when there are too many to look at. */
function workerKeys(reply: unknown, prefix: string): readonly string[] | undefined {
  if (!Array.isArray(reply) || String(reply[0]) !== "0") return undefined;
  // A member is a whole key. What a client puts before each key is not ours to send again.
  const start = `${prefix}:worker:`;
  return [...new Set(texts(reply[1]).map((key) => key.slice(Math.max(0, key.indexOf(start)))))];
}

/** Age of the oldest of the jobs that come next. A job that has gone, by its time to live or because it was deleted, leaves its id behind. */
function headAge(stamps: readonly unknown[], now: number): number | undefined {
  const present = stamps.filter((stamp) => stamp !== null);
  if (present.length === 0) return undefined;
  return oldestAge(present.map((stamp) => ageSeconds(Date.parse(maybeText(stamp) ?? ""), now)));
}

/** For how long the first member of a registry has been due; 0 when it is not, or when there is none. */
function waitingAge(first: unknown, now: number): number | undefined {
  if (!Array.isArray(first)) return undefined;
  if (first.length === 0) return 0;
  // Member and score, or, by RESP3, a pair of both.
  const due = (maybeNumber(first.flat()[1]) ?? Number.NaN) * 1000;
  return due > now ? 0 : ageSeconds(due, now);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(0, a + b);
}

function minus(n: number | undefined): number | undefined {
  return n === undefined ? undefined : -n;
}

function missing(queues: number | undefined, workers: number | undefined): "framework" | "queue" | undefined {
  if (queues === undefined || workers === undefined) return undefined;
  return queues === 0 && workers === 0 ? "framework" : "queue";
}
