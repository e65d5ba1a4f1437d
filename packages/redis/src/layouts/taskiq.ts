import { ageSeconds } from "./age.ts";
import { CONSUMER_GROUP_COMMANDS, readConsumerGroup } from "./consumer-group.ts";
import { DEFAULT_PAYLOAD_LIMIT_BYTES, payloadAt, payloadObject } from "./payload.ts";
import { oneOf, text, wholeNumber } from "./queue-field.ts";
import { defineLayout, type QueueLayout } from "./queue-layout.ts";
import { count, maybeNumber, record } from "./replies.ts";

/** Label that Taskiq's `OpenTelemetryMiddleware` gives a message when it is sent, Unix seconds. */
const SENT = "_taskiq_queue_time";

/**
 * A queue of Taskiq 0.13 with taskiq-redis. The name is the broker's `queue_name` (default there: `taskiq`), or the label `queue_name` of
 * tasks that have one: it is the key, with no prefix.
 *
 * `variant: "list"`, for `ListQueueBroker` and its Sentinel and Cluster forms:
 * - ready: the length of the list. What a worker took is gone from Redis, prefetched messages included.
 * - age: since the oldest message was sent, if its producer used Taskiq's `OpenTelemetryMiddleware`, which leaves the time in a label; a retry is
 *   sent anew. Otherwise unknown, as for messages above `maxPayloadBytes` or in another format than JSON.
 *
 * `variant: "stream"`, for `RedisStreamBroker` and its forms, with the `consumer_group_name` of the workers in `consumerGroup`:
 * - ready: entries that were not delivered to the group. Never the length of the stream, in which finished messages stay until `maxlen`.
 * - states: `active`, delivered and not acknowledged: running or prefetched by a worker, or taken by one that died, until another claims it
 *   after the broker's `idle_timeout`. A task whose `ack_type` is `when_received` is acknowledged before it runs.
 * - age: exact, from the entry's id.
 *
 * `PubSubBroker` keeps no queue. Schedules (`ListRedisScheduleSource`, `RedisScheduleSource`) belong to no queue until they are sent, nor do
 * results; there are no heartbeats, and no pause. A list that is empty leaves no key; of a stream
 * the key and the group stay, and the queue is absent without either. Names follow no pattern, so queues cannot be discovered.
 *
 * Sources: `redis_broker.py` of taskiq-redis 1.2.4; `message.py`, `json_formatter.py`, `receiver.py`, `opentelemetry_middleware.py` of Taskiq 0.13.0.
 */
export const taskiq: QueueLayout = defineLayout({
  framework: "Taskiq",
  verifiedOn: "Taskiq 0.13.0 with taskiq-redis 1.2.4",
  commands: ["llen", "lindex", ...CONSUMER_GROUP_COMMANDS],
  fields: {
    variant: oneOf("list", "list", "stream"),
    consumerGroup: text("taskiq"),
    maxPayloadBytes: wholeNumber(DEFAULT_PAYLOAD_LIMIT_BYTES, 0, 1_048_576),
  },
  *read({ name, variant, consumerGroup, maxPayloadBytes }, now) {
    if (variant === "list") {
      const [length, oldest] = yield [["llen", name], payloadAt(name, -1, maxPayloadBytes)];
      const ready = count(length);
      const sent = maybeNumber(record(payloadObject(oldest)?.labels)[SENT]);
      const age = ageSeconds(sent === undefined ? undefined : sent * 1000, now);
      return { ready, oldestAgeSeconds: ready === 0 ? 0 : age };
    }
    const { missing, ready, pending, oldestAgeSeconds } = yield* readConsumerGroup(name, consumerGroup, now);
    // Neither is a sign of the framework itself: another queue may well be there.
    if (missing !== undefined) return { ready, oldestAgeSeconds, absent: "queue" };
    return { ready, states: { active: pending }, oldestAgeSeconds };
  },
});
