import { DEFAULT_PAYLOAD_LIMIT_BYTES } from "./payload.ts";
import { text, wholeNumber } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, texts } from "./replies.ts";
import { askWorker, type WorkerState, workerOf, workerState } from "./resque-worker.ts";

/** Workers that are looked at; with more, neither workers nor active jobs are told. */
const WORKERS = 1000;

/**
 * A queue of Resque, as Ruby's Resque and `node-resque` lay it out. `namespace` is what all keys begin with, without the colon; empty for none.
 *
 * - ready: the length of the queue's list.
 * - `active`: workers that have a job of this queue, also those that were killed with it, until the framework cleans up after them. A job
 *   larger than `maxPayloadBytes` is not opened to see whose it is: active is unknown while a worker of several queues has one.
 * - workers: those registered for the queue, by name or by pattern, that gave a sign of life within `workerTimeoutSeconds`: a ping in
 *   node-resque (every 5 s by default), a heartbeat in Ruby's (every 60 s; it prunes after 300 s, the default here). Unknown while one left
 *   neither: node-resque deletes the ping of a worker of `*` each time that looks for queues, until the next ping.
 * - age: not known unless the queue is empty, because jobs bear no time.
 * - Not told: delayed jobs and failures, which Resque keeps for all queues together, and paused, which it does not have.
 *
 * The sets `queues` and `workers` tell an absent framework from an absent queue.
 *
 * Sources: `queue.js`, `worker.js`, `connection.js`, `popAndStoreJob.lua` of node-resque 9.7.1; `data_store.rb`, `worker.rb` of Ruby's Resque,
 * which was read and not run.
 */
export const resque: QueueLayout = defineLayout({
  framework: "Resque",
  verifiedOn: "node-resque 9.7.1",
  commands: ["llen", "sismember", "exists", "sscan", "hget", "get", "strlen", "eval_ro"],
  fields: {
    namespace: text("resque", { empty: true }),
    workerTimeoutSeconds: wholeNumber(300, 1, 86_400),
    maxPayloadBytes: wholeNumber(DEFAULT_PAYLOAD_LIMIT_BYTES, 0, 1_048_576),
  },
  *read({ name, namespace, workerTimeoutSeconds, maxPayloadBytes }, now) {
    const base = baseOf(namespace);
    const [length, known, queuesExist, workersExist, scan] = yield [
      ["llen", `${base}queue:${name}`],
      optional("sismember", `${base}queues`, name),
      optional("exists", `${base}queues`),
      optional("exists", `${base}workers`),
      optional("sscan", `${base}workers`, 0, "count", WORKERS),
    ];
    const ready = count(length);
    const reading = {
      ready,
      oldestAgeSeconds: ready === 0 ? 0 : undefined,
      absent: ready > 0 || maybeCount(known) !== 0 ? undefined : absence(queuesExist, workersExist),
    };
    const entries = allMembers(scan);
    if (entries === undefined) return reading;

    const workers = entries.map((entry) => workerOf(entry, name)).filter((worker) => worker !== undefined);
    const questions = workers.map((worker) => askWorker(base, worker, maxPayloadBytes));
    const replies = workers.length === 0 ? [] : [...(yield questions.flat())];
    const states = workers.map((worker, index) => {
      const own = replies.splice(0, questions[index]?.length);
      return workerState(worker, name, own, now, workerTimeoutSeconds);
    });
    return { ...reading, states: { active: howMany(states, "active") }, workers: howMany(states, "alive") };
  },
  index: ({ namespace }) => ({ set: `${baseOf(namespace)}queues`, name: (member) => member || undefined }),
});

function baseOf(namespace: string): string {
  return namespace === "" ? "" : `${namespace}:`;
}

function absence(...sets: readonly unknown[]): "framework" | "queue" | undefined {
  const exist = sets.map(maybeCount);
  if (exist.includes(1)) return "queue";
  return exist.includes(undefined) ? undefined : "framework";
}

/** The members of a set that one SSCAN answered with; `undefined` when there are more. */
function allMembers(reply: unknown): readonly string[] | undefined {
  return Array.isArray(reply) && String(reply[0]) === "0" ? [...new Set(texts(reply[1]))] : undefined;
}

function howMany(states: readonly WorkerState[], what: keyof WorkerState): number | undefined {
  if (states.some((state) => state[what] === undefined)) return undefined;
  return states.filter((state) => state[what]).length;
}
