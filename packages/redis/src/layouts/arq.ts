import { ageSeconds } from "./age.ts";
import { wholeNumber } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, maybeNumber, UnexpectedReply } from "./replies.ts";

/** Scores below this are no times, milliseconds: aborting a deferred job sets its score to 1. */
const EARLIEST_SCORE = 1e12;

/**
 * A queue of Arq 0.28. The name is the worker's `queue_name`, which is the key: `arq:queue` unless it was set, so `arq:arq:queue` in short.
 *
 * - A job stays in the sorted set until it is finished, and `ZCARD` counts deferred, ready and running ones together. Here ready is what is
 *   due and not running, `active` what is running, `delayed` what is not due yet, among it jobs that wait for a retry. Workers take what is due
 *   themselves, so nothing is ever overdue.
 * - Running jobs are told by their key `arq:in-progress:<id>`. Those of the first `queueReadLimit` due jobs are looked up, which are all
 *   that a worker with this limit looks at; 100 is the default of Arq for up to 20 `max_jobs`. Exact while no more than that are due, and beyond
 *   it unless jobs that were due earlier than running ones arrived later; such a running job then counts as ready.
 * - A worker that is killed leaves its keys: its jobs stay active until `job_timeout` and 10 s are over.
 * - age: since the oldest job that is not running was due. A job that runs again after its worker was stopped or killed keeps its
 *   first due time. Deferred jobs that were aborted are passed over, because Arq overwrites their time; unknown when there are no others.
 * - Not told: failures (results belong to no queue) and workers (those of a queue overwrite one health key, once an hour by default).
 *
 * Nothing lasting is left of a queue that is empty, and names follow no pattern: a wrong name reads as an empty queue, and there is no discovery.
 *
 * Sources: `connections.py` (`enqueue_job`), `worker.py` (`_poll_iteration`, `start_jobs`, `finish_job`), `jobs.py` (`abort`) of Arq 0.28.0.
 */
export const arq: QueueLayout = defineLayout({
  framework: "Arq",
  verifiedOn: "Arq 0.28.0",
  commands: ["zcard", "zcount", "zrangebyscore", "mget"],
  fields: { queueReadLimit: wholeNumber(100, 1, 10_000) },
  *read({ name, queueReadLimit }, now) {
    const [due, all, first] = yield [
      ["zcount", name, "-inf", now],
      optional("zcard", name),
      ["zrangebyscore", name, "-inf", now, "WITHSCORES", "LIMIT", 0, queueReadLimit],
    ];
    const total = maybeCount(all);
    const delayed = total === undefined ? undefined : Math.max(0, total - count(due));
    const jobs = withScores(first);
    if (jobs.length === 0) return { ready: 0, states: { delayed, active: 0 }, oldestAgeSeconds: 0 };

    const [key = "", ...keys] = jobs.map(({ id }) => `arq:in-progress:${id}`);
    const [running] = yield [["mget", key, ...keys]];
    if (!Array.isArray(running) || running.length !== jobs.length) throw new UnexpectedReply();
    const waiting = jobs.filter((_, index) => running[index] === null);
    const active = jobs.length - waiting.length;
    const ready = Math.max(waiting.length, count(due) - active);
    const oldest = waiting.find(({ score }) => score >= EARLIEST_SCORE);
    return {
      ready,
      states: { delayed, active },
      oldestAgeSeconds: ready === 0 ? 0 : ageSeconds(oldest?.score, now),
    };
  },
});

/** Members and scores, which come in turn, or in pairs with RESP3. */
function withScores(reply: unknown): readonly { readonly id: string; readonly score: number }[] {
  if (!Array.isArray(reply)) throw new UnexpectedReply();
  const flat = reply.flat();
  return flat.flatMap((id, index) =>
    index % 2 === 0 ? [{ id: String(id), score: maybeNumber(flat[index + 1]) ?? 0 }] : [],
  );
}
