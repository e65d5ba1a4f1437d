import { ageSeconds } from "./age.ts";
import { DEFAULT_PAYLOAD_LIMIT_BYTES, payloadAt, payloadObject } from "./payload.ts";
import { text, wholeNumber } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, texts } from "./replies.ts";

/** Processes are looked at up to about this many; where there are more, their number is not known. */
const PROCESSES = 1000;
/** `enqueued_at` is a fraction of seconds before Sidekiq 8 and whole milliseconds since: seconds reach this in the year 5138. */
const LEAST_MILLISECONDS = 1e11;

/**
 * A queue of Sidekiq. `namespace` is that of `redis-namespace`, which Sidekiq 6 and older accept and Sidekiq 7 refuses.
 *
 * - ready: `LLEN queue:<name>`, as `Sidekiq::Queue#size`.
 * - age: from `enqueued_at` of the job that is next, as `Sidekiq::Queue#latency`. Exact: jobs that were scheduled or retried are enqueued anew
 *   when they are due, with a new stamp. A job that a stopping process put back keeps its stamp, so its age includes the time it ran for.
 *   Unknown while the next job is larger than `maxPayloadBytes`.
 * - workers: live processes that fetch from this queue. A process that was killed counts until its heartbeat expires, 60 seconds after
 *   the last; one that was told to be quiet does not count.
 * - paused: pausing is a feature of Sidekiq Pro, which keeps the names of paused queues in the set `paused`. Reported only while that
 *   set exists: without it, nobody knows whether the queue could be paused at all. Not verified, as Pro is not to be had freely.
 * - Not told: `schedule`, `retry` and `dead` are one set each for all queues; which jobs run is known per process only, and some seconds late.
 *   Jobs that Sidekiq Pro's `super_fetch` moved to private lists are in no queue.
 *
 * Each queue that was ever pushed to is in the set `queues` until it is cleared.
 *
 * Sources: `client.rb`, `fetch.rb`, `launcher.rb`, `api.rb` of Sidekiq 6.4.1, which was run; of later ones, `launcher.rb` of 7 (the same
 * heartbeat). That stamps are milliseconds since 8 was not seen in a running Sidekiq.
 */
export const sidekiq: QueueLayout = defineLayout({
  framework: "Sidekiq",
  verifiedOn: "Sidekiq 6.4.1",
  commands: ["llen", "eval_ro", "lindex", "sismember", "exists", "sscan", "hmget"],
  fields: {
    namespace: text("", { empty: true }),
    maxPayloadBytes: wholeNumber(DEFAULT_PAYLOAD_LIMIT_BYTES, 0, 1_048_576),
  },
  *read({ name, namespace, maxPayloadBytes }, now) {
    const prefix = prefixOf(namespace);
    const queue = `${prefix}queue:${name}`;
    const [length, next, known, processes, anyPaused, paused, ...signs] = yield [
      ["llen", queue],
      payloadAt(queue, -1, maxPayloadBytes),
      optional("sismember", `${prefix}queues`, name),
      optional("sscan", `${prefix}processes`, 0, "count", PROCESSES),
      optional("exists", `${prefix}paused`),
      optional("sismember", `${prefix}paused`, name),
      optional("exists", `${prefix}queues`),
      optional("exists", `${prefix}processes`),
      optional("exists", `${prefix}stat:processed`),
    ];
    const ready = count(length);
    const identities = processIdentities(processes);
    const beats = identities?.length
      ? yield identities.map((identity) => optional("hmget", prefix + identity, "info", "quiet"))
      : [];
    const workers = identities === undefined ? undefined : fetchersOf(name, beats);
    const unseen = ready === 0 && known === 0 && !workers;
    return {
      ready,
      oldestAgeSeconds: ready === 0 ? 0 : ageSeconds(enqueuedAt(payloadObject(next)), now),
      paused: anyPaused === 1 && paused !== undefined ? paused === 1 : undefined,
      workers,
      absent: unseen ? (signs.every((sign) => sign === 0) ? "framework" : "queue") : undefined,
    };
  },
  index: ({ namespace }) => ({ set: `${prefixOf(namespace)}queues`, name: (member) => member }),
});

function prefixOf(namespace: string): string {
  return namespace === "" ? "" : `${namespace}:`;
}

/** When the job entered its queue, in milliseconds. Clients that are not Sidekiq's may write only `created_at`, which Sidekiq accepts. */
function enqueuedAt(job: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const stamp = job?.enqueued_at ?? job?.created_at;
  if (typeof stamp !== "number") return undefined;
  return stamp < LEAST_MILLISECONDS ? stamp * 1000 : stamp;
}

/** The members of a set that was scanned in one step; `undefined` when there are more. */
function processIdentities(scan: unknown): readonly string[] | undefined {
  return Array.isArray(scan) && String(scan[0]) === "0" ? texts(scan[1]) : undefined;
}

/** How many of the processes take jobs from the queue; `undefined` when one of them could not be asked or does not say. */
function fetchersOf(queue: string, beats: readonly unknown[]): number | undefined {
  let fetchers = 0;
  for (const beat of beats) {
    if (!Array.isArray(beat)) return undefined;
    const [info, quiet] = beat;
    // The heartbeat expired: the process is dead, and nobody has taken it out of the set yet.
    if (info === null || quiet === "true") continue;
    if (typeof info !== "string") return undefined;
    if (cannotName(queue, info)) continue;
    const queues = payloadObject(info)?.queues;
    if (!Array.isArray(queues)) return undefined;
    if (queues.includes(queue)) fetchers += 1;
  }
  return fetchers;
}

/** Whether the JSON cannot hold the name: with many queues and processes, parsing it for each would be most of the work. */
function cannotName(queue: string, json: string): boolean {
  return /^[\w.:-]+$/.test(queue) && !json.includes(`"${queue}"`);
}
