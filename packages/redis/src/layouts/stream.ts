import { CONSUMER_GROUP_COMMANDS, entryAge, firstEntryId, readConsumerGroup } from "./consumer-group.ts";
import { optionalText } from "./queue-field.ts";
import { defineLayout, type QueueLayout } from "./queue-layout.ts";
import { count, maybeText } from "./replies.ts";

/**
 * A Redis stream whose key is the queue's name. In the short form a consumer group may follow after the last slash: `stream:events/mailers`.
 *
 * - With `group`: ready is what was not delivered to the group yet (its lag), active what was delivered and not acknowledged (its pending
 *   entries, also those that were trimmed since). Up to 64 small entries are counted and exact whatever happened to the stream, and so is a group
 *   that has the whole stream before it. Beyond that it is the server's own figure: nil, so unknown, while an entry ahead of the group was
 *   deleted by `XDEL`, and, in most releases of Redis, too high by what was trimmed before it was delivered.
 * - Without: ready is the number of entries in the stream. That is the backlog only if whoever is done with an entry deletes it.
 *
 * The age of the oldest is taken from the entry's id, which holds the server's clock in milliseconds; where producers choose ids of another
 * kind it is not known. Consumers leave no heartbeat: an idle one and a dead one look the same, so workers are not counted.
 *
 * An empty stream keeps its key, so a key that is missing was never written or was deleted: with a group that is the absent framework, a missing
 * group of a stream that exists the absent queue; without a group a missing key is the absent queue.
 *
 * Sources: `t_stream.c` of Redis 7.0 (`xinfoCommand`, `streamEstimateDistanceFromFirstEverEntry`), documentation of `XINFO GROUPS`.
 */
export const stream: QueueLayout = defineLayout({
  framework: "a Redis stream",
  verifiedOn: "Redis 7.0",
  commands: CONSUMER_GROUP_COMMANDS,
  fields: { group: optionalText() },
  shortForm(text) {
    const slash = text.lastIndexOf("/");
    return slash === -1 ? { name: text } : { name: text.slice(0, slash), group: text.slice(slash + 1) };
  },
  *read({ name, group }, now) {
    if (group === undefined) {
      const [length, exists, first] = yield [["xlen", name], ["exists", name], firstEntryId(name)];
      return {
        ready: count(length),
        oldestAgeSeconds: first === null ? 0 : entryAge(maybeText(first), now),
        absent: count(exists) === 0 ? "queue" : undefined,
      };
    }
    const { missing, ready, pending, oldestAgeSeconds } = yield* readConsumerGroup(name, group, now);
    if (missing !== undefined) {
      return { ready, oldestAgeSeconds, absent: missing === "stream" ? "framework" : "queue" };
    }
    return { ready, states: { active: pending }, oldestAgeSeconds };
  },
});
