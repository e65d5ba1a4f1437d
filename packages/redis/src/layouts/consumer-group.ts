import { ageSeconds } from "./age.ts";
import { type OptionalCommand, optional, type Questions } from "./queue-layout.ts";
import { count, maybeNumber, maybeText, record } from "./replies.ts";

/** Commands that a reading of a consumer group may send. */
export const CONSUMER_GROUP_COMMANDS: readonly string[] = ["xlen", "exists", "xinfo|groups", "eval_ro", "xrange"];

/** What a consumer group of a stream has before it. */
export interface ConsumerGroup {
  /** What is not there: the stream's key, or only the group. */
  readonly missing: "stream" | "group" | undefined;
  /** Entries that were not delivered to the group yet; `undefined` when that cannot be known. */
  readonly ready: number | undefined;
  /** Entries that were delivered to a consumer and not acknowledged. */
  readonly pending: number;
  /** Age of the oldest entry that was not delivered, from its id; 0 when there is none, `undefined` when unknown. */
  readonly oldestAgeSeconds: number | undefined;
}

/** Leaves the entry, which is a payload, in the server and answers with its id; nil when there is none. */
const FIRST_ID = "local e=redis.call('XRANGE',KEYS[1],'-','+','COUNT',1)[1] return e and e[1] or false";

/** Entries are counted one by one up to this many, and up to this many bytes of payload, which both stay in the server. */
const COUNTED_ENTRIES = 64;
const COUNTED_BYTES = 65_536;

/** Length, id of the first entry, id of the first one ahead, entries counted ahead, and whether those are all. */
const AHEAD = `
local function after(id) return redis.call('XRANGE',KEYS[1],id,'+','COUNT',1)[1] end
local first,e,n,bytes=after('-'),after('('..ARGV[1]),0,0
local next=e
while e and n<tonumber(ARGV[2]) and bytes<tonumber(ARGV[3]) do
  n=n+1
  for _,text in ipairs(e[2]) do bytes=bytes+#text end
  e=after('('..e[1])
end
return {redis.call('XLEN',KEYS[1]),first and first[1] or false,next and next[1] or false,n,e and 0 or 1}`;

/** Asks for the id of the first entry of a stream. A read-only script: needs `eval_ro` and `xrange`. */
export function firstEntryId(key: string): OptionalCommand {
  return optional("eval_ro", key, FIRST_ID);
}

/** For how long an entry has been in its stream, by the milliseconds in its id; `undefined` when the producer chose another kind of id. */
export function entryAge(id: string | undefined, now: number): number | undefined {
  return ageSeconds(maybeNumber(id?.split("-", 1)[0]), now);
}

/**
 * Reads a consumer group: what the server calls its lag, corrected where the server is wrong or does not know. Delegate to it with
 * `yield*`; it yields at most twice.
 *
 * The lag that `XINFO GROUPS` tells is nil while an entry ahead of the group was deleted, does not exist before Redis 7, and in most releases
 * goes on counting entries that were trimmed before they were delivered (redis/redis#13957). Three cases are exact whatever it says:
 * no entry follows the last one delivered (0), the first entry of the stream is the first that was not delivered (all of them), and few
 * entries follow (they are counted).
 *
 * @param now - Unix time in milliseconds by the server's clock
 */
export function* readConsumerGroup(
  key: string,
  group: string,
  now: number,
): Generator<Questions, ConsumerGroup, readonly unknown[]> {
  // Where the key is missing, XINFO answers with an error and XLEN with 0.
  let [groups, length, exists] = yield [optional("xinfo|groups", key), ["xlen", key], ["exists", key]];
  if (count(exists) === 0) return { missing: "stream", ready: 0, pending: 0, oldestAgeSeconds: 0 };
  let found = findGroup(groups, group);
  let ahead: unknown;
  if (groups === undefined) {
    // The key is there: asked once more as a command that must be answered, the failure gets a reason.
    [groups, length] = yield [
      ["xinfo|groups", key],
      ["xlen", key],
    ];
    found = findGroup(groups, group);
  } else if (found !== undefined) {
    const delivered = maybeText(found["last-delivered-id"]) ?? "";
    [ahead] = yield [optional("eval_ro", key, AHEAD, delivered, COUNTED_ENTRIES, COUNTED_BYTES)];
  }
  if (found === undefined) {
    // Whether the entries in the stream will ever be delivered is decided by whoever creates the group.
    const none = count(length) === 0 ? 0 : undefined;
    return { missing: "group", ready: none, pending: 0, oldestAgeSeconds: none };
  }
  const told = maybeNumber(found.lag);
  return { missing: undefined, pending: count(found.pending), ...undelivered(told, count(length), ahead, now) };
}

function findGroup(groups: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  return Array.isArray(groups) ? groups.map(record).find((group) => group.name === name) : undefined;
}

function undelivered(
  lag: number | undefined,
  lengthBefore: number,
  ahead: unknown,
  now: number,
): Pick<ConsumerGroup, "ready" | "oldestAgeSeconds"> {
  // Whatever is not between these bounds counts entries that are no longer there, or misses some that are.
  const within = (least: number, most: number): number | undefined =>
    lag !== undefined && lag >= least && lag <= most ? lag : undefined;
  if (!Array.isArray(ahead)) return { ready: within(0, lengthBefore), oldestAgeSeconds: undefined };
  const [length, first, next, counted, all] = ahead;
  if (next === null) return { ready: 0, oldestAgeSeconds: 0 };
  const oldestAgeSeconds = entryAge(maybeText(next), now);
  if (all === 1) return { ready: count(counted), oldestAgeSeconds };
  if (next === first) return { ready: count(length), oldestAgeSeconds };
  return { ready: within(count(counted) + 1, count(length) - 1), oldestAgeSeconds };
}
