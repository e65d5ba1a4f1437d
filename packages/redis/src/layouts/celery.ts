import { ageSeconds, oldestAge } from "./age.ts";
import { globLiteral } from "./glob.ts";
import { DEFAULT_PAYLOAD_LIMIT_BYTES } from "./payload.ts";
import { optionalText, risingNumbers, text, wholeNumber } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, texts } from "./replies.ts";

/** What an exchange is bound to is kept under this and its name. */
const BINDINGS = "_kombu.binding.";
/** Exchanges of Celery itself, which no task is sent to. */
const OWN_EXCHANGES = ["celeryev", "celery.pidbox", "reply.celery.pidbox"];

/**
 * What Celery leaves behind whatever its queues are called: the exchange of its default queue, those of its workers, which they take away when they
 * end properly, and, since kombu 5.7, when the bindings of those run out, which they leave.
 */
const SIGNS = [`${BINDINGS}celery`, `${BINDINGS}celeryev`, `${BINDINGS}celery.pidbox`, "_kombu.binding_deadlines"];

/** Messages at the end of a list that are looked at: those that are to run at a later time hide what is behind them. */
const LOOKED_AT = 3;

/**
 * Stamp and ETA of the messages that are taken next, `1795365496.55 2026-11-22T16:38:17+00:00` each, either of them empty where there is none.
 * The message, which holds the arguments of the task, stays in the server. Quotes in texts are escaped in JSON, so that only fields match.
 */
const STAMPS = `
local found={}
for at=1,tonumber(ARGV[1]) do
  local m,stamp,eta=redis.call('LINDEX',KEYS[1],-at)
  if not m then break end
  if #m<=tonumber(ARGV[2]) then
    stamp=string.match(m,'"taskvitals_enqueued_at":%s*(%d+%.?%d*)')
    eta=string.match(m,'"eta":%s*"([^"]*)"')
  end
  found[at]=(stamp or '')..' '..(eta or '')
end
return found`;

/**
 * A queue of Celery on a Redis broker.
 *
 * - Ready is what kombu's own `_size` says: the lengths of the lists of all priority steps. Tasks with an ETA or a countdown are among them
 *   until a worker takes them; from then on they are held in its memory and are unacknowledged.
 * - Delivered and unacknowledged tasks (running with `acks_late`, prefetched, or held until their ETA) are kept per database and not per queue:
 *   they are reported for the broker and for no queue. Tasks that run without `acks_late` are nowhere in Redis.
 * - A message has no time in it. The age is known when producers add the header `taskvitals_enqueued_at` (Unix seconds), for instance in a
 *   `before_task_publish` hook; it is exact then, over all priorities, and a task with an ETA counts from that on. It is not known where one
 *   of the messages that come next has no header or is larger than `maxPayloadBytes`, nor behind three tasks that are not due. Messages that
 *   come back from a worker (it died, the visibility timeout) keep the time at which they were first sent, and may stand before older ones.
 * - Celery has no pause, keeps no failure in the broker, and workers leave no heartbeat in it.
 *
 * The sign of a queue are the bindings of its exchange, written by producers and workers and kept. A queue that is bound to an exchange of
 * another name needs `exchange` to be told from one that was never used; its lengths are right without. Discovery takes the names of exchanges
 * for those of queues, which is what Celery makes of a queue that nobody configured otherwise.
 *
 * Sources: `kombu/transport/redis.py` (`_q_for_pri`, `_size`, `_queue_bind`, `QoS`), `kombu/transport/virtual/base.py`, `celery/app/amqp.py`
 * (`as_task_v2`).
 */
export const celery: QueueLayout = defineLayout({
  framework: "Celery",
  verifiedOn: "Celery 5.7.0 with kombu 5.7.0",
  commands: ["llen", "hlen", "exists", "eval_ro", "lindex"],
  fields: {
    sep: text("\x06\x16"),
    prioritySteps: risingNumbers([0, 3, 6, 9]),
    globalKeyprefix: text("", { empty: true }),
    unackedKey: text("unacked"),
    exchange: optionalText(),
    maxPayloadBytes: wholeNumber(DEFAULT_PAYLOAD_LIMIT_BYTES, 0, 1_048_576),
  },
  *read({ name, sep, prioritySteps, globalKeyprefix: prefix, unackedKey, exchange = name, maxPayloadBytes }, now) {
    const lists = prioritySteps.map((step) => `${prefix}${name}${step === 0 ? "" : `${sep}${step}`}`);
    const unackedHash = `${prefix}${unackedKey}`;
    const signs = [`${BINDINGS}${exchange}`, ...SIGNS].map((key) => `${prefix}${key}`);
    const [unackedReply, ...replies] = yield [
      optional("hlen", unackedHash),
      ...lists.map((key) => ["llen", key] as const),
      ...lists.map((key) => optional("eval_ro", key, STAMPS, LOOKED_AT, maxPayloadBytes)),
      ...signs.map((key) => optional("exists", key)),
    ];
    const lengths = replies.slice(0, lists.length).map(count);
    const stamps = replies.slice(lists.length, 2 * lists.length);
    const ready = lengths.reduce((sum, length) => sum + length, 0);
    const unacked = maybeCount(unackedReply);
    return {
      ready,
      oldestAgeSeconds: oldestAge(lengths.map((length, index) => listAge(length, texts(stamps[index]), now))),
      unacked: unacked === undefined ? undefined : { key: unackedHash, count: unacked },
      absent: ready === 0 ? missing(unacked, replies.slice(2 * lists.length).map(maybeCount)) : undefined,
    };
  },
  index: ({ globalKeyprefix }) => {
    const start = `${globalKeyprefix}${BINDINGS}`;
    return {
      scan: `${globLiteral(start)}*`,
      name(key) {
        const exchange = key.startsWith(start) ? key.slice(start.length) : "";
        return exchange === "" || OWN_EXCHANGES.includes(exchange) ? undefined : exchange;
      },
    };
  },
});

/** Age of the oldest message of one list, the next one first. */
function listAge(length: number, next: readonly string[], now: number): number | undefined {
  if (length === 0) return 0;
  let oldest = 0;
  for (const message of next) {
    const [stamp = "", eta = ""] = message.split(" ");
    const due = eta === "" ? 0 : Date.parse(eta);
    if (due > now) continue;
    const age = stamp === "" ? undefined : ageSeconds(Math.max(Number(stamp) * 1000, due), now);
    if (age === undefined) return undefined;
    oldest = Math.max(oldest, age);
    // What is behind was sent later.
    if (eta === "") return oldest;
  }
  return next.length > 0 && next.length >= length ? oldest : undefined;
}

function missing(
  unacked: number | undefined,
  [own, ...others]: readonly (number | undefined)[],
): "framework" | "queue" | undefined {
  if (own !== 0 || unacked === undefined || others.includes(undefined)) return undefined;
  return unacked > 0 || others.includes(1) ? "queue" : "framework";
}
