import { ageSeconds, oldestKnownAge } from "./age.ts";
import { asynqServer } from "./asynq-server.ts";
import { defineLayout, type OptionalCommand, optional, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, maybeNumber, texts } from "./replies.ts";

/** Pending tasks whose stamps are looked at. */
const CANDIDATES = 3;
/** Groups and servers are counted up to about this many; where there are more, what hangs on them is not known. */
const GROUPS = 100;
const SERVERS = 250;

/**
 * A queue of Asynq. Its keys hold the queue's name as a hash tag, `asynq:{<name>}:…`, so one queue is in one slot of a Cluster.
 *
 * - ready: pending. Workers take them from the end of the list; priorities exist only between queues.
 * - states: `delayed` (scheduled) and `retrying` (retry), each without what is due by its score; `overdue`, due and not yet moved to pending,
 *   which servers do every 5 seconds and nobody without a server; `active`, including tasks of a dead server until their lease
 *   is noticed to have expired; `blocked`, waiting in a group to be aggregated with others, unknown above about 100 groups; `failed`
 *   (archived: at most 10 000 are kept, for 90 days, and those that an operator archived are among them). Completed tasks that are retained
 *   are not told.
 * - age: from `pending_since` of the next task, and from the scores of those overdue. Exact, but that a task which a stopping server put back or
 *   an operator ran again has no stamp: then the first of the next three that has one tells the least that the oldest can be.
 *   Asynq's own latency reads 0 there.
 * - paused: whether the queue's `paused` key exists.
 * - workers: servers (processes) whose heartbeat is alive, that are not stopped, and that list this queue. A server that was killed counts until
 *   its heartbeat expires, 10 seconds after the last.
 *
 * Every queue that was ever enqueued to is in the set `asynq:queues` until it is deleted.
 *
 * Sources: `internal/base/base.go`, `internal/rdb/rdb.go`, `internal/rdb/inspect.go`, `heartbeat.go`, `internal/proto/asynq.proto` of Asynq 0.26.0.
 */
export const asynq: QueueLayout = defineLayout({
  framework: "Asynq",
  verifiedOn: "Asynq 0.26.0",
  commands: [
    ...["llen", "lrange", "zcard", "zcount", "zrange", "zrevrange"],
    ...["exists", "sismember", "sscan", "hget", "get"],
  ],
  fields: {},
  *read({ name }, now) {
    const key = (suffix: string): string => `asynq:{${name}}:${suffix}`;
    const replies = yield [
      ["llen", key("pending")],
      optional("lrange", key("pending"), -CANDIDATES, -1),
      optional("llen", key("active")),
      optional("zcard", key("archived")),
      optional("exists", key("paused")),
      optional("sscan", key("groups"), 0, "count", GROUPS),
      optional("sismember", "asynq:queues", name),
      optional("exists", "asynq:queues"),
      optional("exists", "asynq:servers"),
      optional("zrevrange", "asynq:servers", 0, SERVERS - 1),
      ...askDueSet(key("scheduled"), now),
      ...askDueSet(key("retry"), now),
    ];
    const [pending, next, active, archived, pausedKey, groups, known, anyQueue, anyServer, servers, ...sets] = replies;
    const scheduled = dueSet(sets.slice(0, 3), now);
    const retry = dueSet(sets.slice(3), now);
    const ids = texts(next).toReversed();
    const groupNames = Array.isArray(groups) && String(groups[0]) === "0" ? texts(groups[1]) : undefined;
    const serverKeys = texts(servers);

    const lookups = [
      ...ids.map((id) => optional("hget", key(`t:${id}`), "pending_since")),
      ...(groupNames ?? []).map((group) => optional("zcard", key(`g:${group}`))),
      ...serverKeys.map((server) => optional("getBuffer", server)),
    ];
    const found = lookups.length > 0 ? yield lookups : [];
    const stamps = found.slice(0, ids.length);
    const sizes = found.slice(ids.length, found.length - serverKeys.length);
    const beats = found.slice(found.length - serverKeys.length);

    const ready = count(pending);
    const states = {
      active: maybeCount(active),
      delayed: scheduled.later,
      retrying: retry.later,
      overdue: sum([scheduled.due, retry.due]),
      blocked: groupNames && sum(sizes.map(maybeCount)),
      failed: maybeCount(archived),
    };
    const ages = [
      ...(ready === 0 ? [] : [pendingAge(stamps, now)]),
      ...(scheduled.due === 0 ? [] : [scheduled.oldestAgeSeconds]),
      ...(retry.due === 0 ? [] : [retry.oldestAgeSeconds]),
    ];
    const workers = servers === undefined ? undefined : serversOf(name, beats);
    const unseen = known === 0 && !workers && pausedKey === 0 && sum([ready, ...Object.values(states)]) === 0;
    return {
      ready,
      states,
      oldestAgeSeconds: ages.length === 0 ? 0 : oldestKnownAge(ages),
      paused: pausedKey === undefined ? undefined : pausedKey === 1,
      workers,
      absent: unseen ? (anyQueue === 0 && anyServer === 0 ? "framework" : "queue") : undefined,
    };
  },
  index: () => ({ set: "asynq:queues", name: (member) => member }),
});

/** Tasks of a set that is scored by due time, in whole seconds. */
interface DueSet {
  readonly due: number | undefined;
  readonly later: number | undefined;
  /** For how long the first of them has been due; `undefined` when it is not. */
  readonly oldestAgeSeconds: number | undefined;
}

function askDueSet(key: string, now: number): readonly OptionalCommand[] {
  const second = Math.floor(now / 1000);
  return [
    optional("zcount", key, "-inf", second),
    optional("zcount", key, `(${second}`, "+inf"),
    optional("zrange", key, 0, 0, "withscores"),
  ];
}

function dueSet([due, later, first]: readonly unknown[], now: number): DueSet {
  const score = maybeNumber(Array.isArray(first) ? first.flat()[1] : undefined);
  const oldestAgeSeconds = score === undefined || score * 1000 > now ? undefined : ageSeconds(score * 1000, now);
  return { due: maybeCount(due), later: maybeCount(later), oldestAgeSeconds };
}

/** The age of the first task that has a stamp, which is in nanoseconds. */
function pendingAge(stamps: readonly unknown[], now: number): number | undefined {
  const stamp = stamps.map(maybeNumber).find((nanoseconds) => nanoseconds !== undefined);
  return ageSeconds(stamp === undefined ? undefined : stamp / 1e6, now);
}

function sum(counts: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const tasks of counts) {
    if (tasks === undefined) return undefined;
    total += tasks;
  }
  return total;
}

/** How many of the servers take tasks from the queue; `undefined` when one could not be asked, or when there may be more than were. */
function serversOf(queue: string, beats: readonly unknown[]): number | undefined {
  let servers = 0;
  for (const beat of beats) {
    // The heartbeat expired, and nobody has taken the server out of the index yet.
    if (beat === null) continue;
    if (!Buffer.isBuffer(beat)) return undefined;
    // With many queues and servers, reading each message for each queue would be most of the work.
    if (!beat.includes(queue)) continue;
    const server = asynqServer(beat);
    if (server === undefined) return undefined;
    if (server.status === "active" && server.queues.includes(queue)) servers += 1;
  }
  return beats.length === SERVERS && beats.at(-1) !== null ? undefined : servers;
}
