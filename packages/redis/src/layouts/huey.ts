import { ageSeconds, oldestAge } from "./age.ts";
import { firstScore } from "./first-score.ts";
import { flag } from "./queue-field.ts";
import { defineLayout, optional, type Questions, type QueueLayout } from "./queue-layout.ts";
import { count, maybeCount, maybeNumber, maybeText, texts } from "./replies.ts";
import { timeZone, utcOffsetMs } from "./time-zone.ts";

/**
 * When the first task of each priority was enqueued, least urgent first, in milliseconds. A member is eight bytes of microseconds, big-endian,
 * and then the task, which stays in the server; the members of one priority are therefore in order of time.
 */
const FIRST_OF_EACH_PRIORITY = `
local stamps,upto={},'+inf'
for _=1,tonumber(ARGV[1]) do
  local score=redis.call('ZREVRANGEBYSCORE',KEYS[1],upto,'-inf','WITHSCORES','LIMIT',0,1)[2]
  if not score then break end
  local member=redis.call('ZRANGEBYSCORE',KEYS[1],score,score,'LIMIT',0,1)[1]
  local microseconds=0
  for i=1,8 do microseconds=microseconds*256+(member:byte(i) or 0) end
  stamps[#stamps+1]=string.format('%.0f',microseconds/1000)
  upto='('..score
end
return stamps`;

/** Priorities whose first task is looked at, from the least urgent one up: there the tasks wait longest. */
const PRIORITIES = 32;

/**
 * A queue of Huey 3, `RedisHuey` or `PriorityRedisHuey` with or without `Expire`: which of them, the type of its key tells. The name is that
 * of the Huey object, of which Huey keeps the letters, digits and underscores of ASCII; `cleanName: false` keeps all, as Huey's
 * `clean_name=False` does.
 *
 * - ready: `pending_count()`. A task that was enqueued with a delay lies among the ready ones, too, until a consumer takes it, sees
 *   that it is not due, and moves it to the schedule; nothing but its pickled content tells them apart.
 * - states: `delayed` and `overdue`, together `scheduled_count()`, told apart by due time; retries with a delay are among them. Huey's scheduler
 *   looks once a second, or as rarely as `--scheduler-interval` says; with no consumer, what is due stays overdue.
 * - age: exact for a priority queue with up to 32 priorities in use, at least that of the 32 least urgent beyond that. A task is as old as its
 *   last enqueuing: promotion from the schedule and retries stamp it anew. `RedisHuey` keeps no time of enqueuing: unknown while
 *   a task is ready.
 * - Not told: running tasks, workers and failures, of which Huey keeps nothing by queue; locks and rate limits, which are no pause.
 *
 * Due times: with Huey's default `utc=True` the score is the UTC time read as if it were local time, and so off by the offset of the zone that
 * the consumers and producers run in (Django sets one: `TIME_ZONE`). `timeZone` names that zone; leave it at `UTC` for `utc=False`.
 *
 * Nothing lasting is left of a queue that is empty, so a wrong name cannot be told from an empty queue.
 *
 * Sources: `storage.py` (`RedisStorage`, `RedisPriorityQueue`, `convert_ts`), `api.py` (`enqueue`, `execute`, `_requeue_task`),
 * `consumer.py` (`Scheduler`) of Huey 3.5.4.
 */
export const huey: QueueLayout = defineLayout({
  framework: "Huey",
  verifiedOn: "Huey 3.5.4",
  commands: ["type", "llen", "zcard", "zcount", "zrange", "zrangebyscore", "zrevrangebyscore", "eval_ro"],
  fields: { cleanName: flag(true), timeZone: timeZone("UTC") },
  *read({ name, cleanName, timeZone: zone }, now) {
    const kept = cleanName ? cleaned(name) : name;
    const key = `huey.redis.${kept}`;
    const schedule = `huey.schedule.${kept}`;
    const clock = now - utcOffsetMs(zone, now - utcOffsetMs(zone, now));
    const [type, scheduled, due, first] = yield [
      ["type", key],
      optional("zcard", schedule),
      optional("zcount", schedule, "-inf", clock / 1000),
      firstScore(schedule),
    ];
    const overdue = maybeCount(due);
    const waiting = maybeCount(scheduled);
    const delayed = waiting === undefined || overdue === undefined ? undefined : Math.max(0, waiting - overdue);
    const score = maybeNumber(first);
    const dueAt = score === undefined ? undefined : score * 1000 + utcOffsetMs(zone, score * 1000);
    const { ready, age } = yield* readReady(key, maybeText(type), now);
    const overdueAge = overdue === 0 ? 0 : ageSeconds(dueAt, now);
    return { ready, states: { delayed, overdue }, oldestAgeSeconds: oldestAge([age, overdueAge]) };
  },
  index: ({ cleanName }) => ({
    // `redis`, `results` and `schedule`; the last two outlive the last task that is ready. Not `r`, one key per result.
    scan: "huey.[rs][ec]*",
    name(key) {
      const name = /^huey\.(?:redis|results|schedule)\.(.+)$/s.exec(key)?.[1];
      return name === undefined || (cleanName && cleaned(name) !== name) ? undefined : name;
    },
  }),
});

function cleaned(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "");
}

function* readReady(
  key: string,
  type: string | undefined,
  now: number,
): Generator<Questions, { readonly ready: number; readonly age: number | undefined }, readonly unknown[]> {
  if (type === "none") return { ready: 0, age: 0 };
  if (type === "zset") {
    const [length, stamps] = yield [["zcard", key], optional("eval_ro", key, FIRST_OF_EACH_PRIORITY, PRIORITIES)];
    const ready = count(length);
    const ages = texts(stamps).map((stamp) => ageSeconds(maybeNumber(stamp), now));
    return { ready, age: ready === 0 ? 0 : ages.length === 0 ? undefined : oldestAge(ages) };
  }
  // Of any other type but a list the answer is an error, which gives the failure its reason.
  const [length] = yield [["llen", key]];
  const ready = count(length);
  return { ready, age: ready === 0 ? 0 : undefined };
}
