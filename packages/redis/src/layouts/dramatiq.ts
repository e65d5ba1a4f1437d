import { ageSeconds } from "./age.ts";
import { globLiteral } from "./glob.ts";
import { DEFAULT_PAYLOAD_LIMIT_BYTES, payloadObject, payloadOf } from "./payload.ts";
import { text, wholeNumber } from "./queue-field.ts";
import { defineLayout, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, maybeNumber, maybeText, record } from "./replies.ts";

/**
 * A queue of Dramatiq on its Redis broker.
 *
 * - Ready is what no worker has fetched. Workers fetch ahead, twice their threads by default: a short queue can be in their memory as a whole.
 * - Active is what workers have fetched and not acknowledged, whether it runs or waits in the worker's memory.
 * - Delayed is what was sent with a delay or waits for its next attempt, in one count, whether its list or a worker's memory holds it (workers
 *   fetch delayed messages at once and wait for their time). It includes what is due and was not made ready: Dramatiq keeps no set by due
 *   time, so overdue is not known.
 * - Failed are the dead letters, which maintenance drops after a week by default.
 * - The age counts from when the message was first sent, after a failed attempt from then on. It is exact for messages that were sent without a
 *   delay and did not fail; for others the delay or back-off is part of it, because Dramatiq drops every trace of it on promotion. Messages that a
 *   worker gave back join the queue at its end. With another encoder than JSON it is not known.
 * - Heartbeats belong to broker instances, producers too, and not to queues, so workers are not counted. There is no pause.
 *
 * The sign of Dramatiq is the set of those heartbeats, which every command of it renews. Queues leave no sign of their own.
 *
 * Sources: `dramatiq/brokers/redis.py`, `dramatiq/brokers/redis/dispatch.lua`, `dramatiq/worker.py` (`handle_delayed_messages`),
 * `dramatiq/middleware/retries.py`.
 */
export const dramatiq: QueueLayout = defineLayout({
  framework: "Dramatiq",
  verifiedOn: "Dramatiq 2.2.1",
  commands: ["llen", "lindex", "hlen", "zcard", "exists", "eval_ro", "hget"],
  fields: {
    namespace: text("dramatiq"),
    maxPayloadBytes: wholeNumber(DEFAULT_PAYLOAD_LIMIT_BYTES, 0, 1_048_576),
  },
  *read({ name, namespace, maxPayloadBytes }, now) {
    const queue = `${namespace}:${name}`;
    const [length, head, stored, delayed, failed, heartbeats] = yield [
      ["llen", queue],
      optional("lindex", queue, 0),
      optional("hlen", `${queue}.msgs`),
      optional("hlen", `${queue}.DQ.msgs`),
      optional("zcard", `${queue}.XQ`),
      optional("exists", `${namespace}:__heartbeats__`),
    ];
    const ready = count(length);
    const id = maybeText(head);
    const [message] = id === undefined ? [] : yield [payloadOf(`${queue}.msgs`, id, maxPayloadBytes)];
    const fetched = maybeCount(stored);
    const states = {
      active: fetched === undefined ? undefined : Math.max(0, fetched - ready),
      delayed: maybeCount(delayed),
      failed: maybeCount(failed),
    };
    const seen = maybeCount(heartbeats) !== 0 || [ready, ...Object.values(states)].some((n) => n !== 0);
    return {
      ready,
      states,
      oldestAgeSeconds: ready === 0 ? 0 : messageAge(payloadObject(message), now),
      absent: seen ? undefined : "framework",
    };
  },
  index: ({ namespace }) => {
    const start = `${namespace}:`;
    return {
      scan: `${globLiteral(start)}*`,
      name(key) {
        const name = key.startsWith(start) ? key.slice(start.length) : "";
        // Beside the list of a queue there are its messages, and both again for delayed ones and dead letters.
        return name.startsWith("__") ? undefined : name.replace(/(?:\.[DX]Q)?(?:\.msgs)?$/, "");
      },
    };
  },
});

function messageAge(message: Readonly<Record<string, unknown>> | undefined, now: number): number | undefined {
  if (message === undefined) return undefined;
  const failedAt = maybeNumber(record(message.options).requeue_timestamp);
  return ageSeconds(failedAt ?? maybeNumber(message.message_timestamp), now);
}
