import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { exerciseQueueReader, type FrameworkQueues, type QueueReaderSubject } from "../exercise-queue-reader.ts";
import { about, openQueues } from "./open-queues.ts";

/** Names that any key may have. */
const names = ["with space", "{tag}:x", "a:b", "star*", "new\nline", "ключ", "🙂", "a=b,c"];

const general: Pick<QueueReaderSubject, "layout" | "mainKey" | "names"> = {
  layout: "zset",
  mainKey: (name) => name,
  names,
};

exerciseQueueReader({
  ...general,
  framework: "a sorted set by priority",
  queue: (name) => `zset:${name}`,
  age: "none",
  start: async ({ url }) => priorityQueues(new Redis(url)),
});

exerciseQueueReader({
  ...general,
  framework: "a sorted set by due time",
  queue: (name) => ({ layout: "zset", name, scores: "due-milliseconds" }),
  age: "exact",
  start: async ({ url }) => dueQueues(new Redis(url)),
});

describe("a sorted set", () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterEach(() => redis.flushall());
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const read = async (scores: string) => {
    await using queues = await openQueues(server.url, { layout: "zset", name: "jobs", scores });
    return await queues.read();
  };

  it.each([
    ["due-seconds", 1],
    ["due-milliseconds", 1000],
  ])("has what is due ready and the rest delayed, with scores in %s", async (scores, perSecond) => {
    const now = Date.now() / 1000;
    await redis.zadd(
      "jobs",
      (now - 90.5) * perSecond,
      "oldest",
      (now - 30) * perSecond,
      "b",
      (now + 60) * perSecond,
      "c",
    );
    const { ready, states, oldestAgeSeconds } = await read(scores);
    expect({ ready, states }).toEqual({ ready: 2, states: { delayed: 1 } });
    expect(oldestAgeSeconds).toEqual(about(90.5));
  });

  it("is 0 seconds old while nothing in it is due", async () => {
    await redis.zadd("jobs", Date.now() + 60_000, "later");
    expect(await read("due-milliseconds")).toMatchObject({ ready: 0, states: { delayed: 1 }, oldestAgeSeconds: 0 });
  });

  it("has no age while its lowest score is no time", async () => {
    await redis.zadd("jobs", 0, "at once", Date.now() - 1000, "b");
    const { ready, oldestAgeSeconds } = await read("due-milliseconds");
    expect([ready, oldestAgeSeconds]).toEqual([2, undefined]);
  });

  it("has no age where seconds were taken for milliseconds", async () => {
    await redis.zadd("jobs", Date.now() / 1000 - 60, "a");
    const { ready, oldestAgeSeconds } = await read("due-milliseconds");
    expect([ready, oldestAgeSeconds]).toEqual([1, undefined]);
  });

  it("counts every member whatever its score, unless told what scores are", async () => {
    await redis.zadd("jobs", "-inf", "a", 7, "b", "+inf", "c");
    expect(await read("none")).toMatchObject({ ready: 3, states: {} });
  });

  it("leaves the members, which may be payloads of any size, in the server", async () => {
    await redis.zadd("jobs", Date.now() - 1000, "x".repeat(10_000_000));
    const sent = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(await redis.info("stats"))?.[1]);
    const before = await sent();
    expect((await read("due-milliseconds")).ready).toBe(1);
    expect((await sent()) - before).toBeLessThan(100_000);
  });
});

function priorityQueues(redis: Redis): FrameworkQueues {
  let last = 0;
  return {
    async add(name, count) {
      for (let added = 0; added < count; added++) await redis.zadd(name, added % 3, `task ${++last}`);
    },
    take: async (name, count) => void (await redis.zpopmin(name, count)),
    ready: (name) => redis.zcard(name),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

function dueQueues(redis: Redis): FrameworkQueues {
  let last = 0;
  const add = async (name: string, count: number, seconds = 0): Promise<void> => {
    for (let added = 0; added < count; added++) await redis.zadd(name, Date.now() + seconds * 1000, `task ${++last}`);
  };
  const ready = (name: string): Promise<number> => redis.zcount(name, "-inf", Date.now());
  return {
    add,
    delay: add,
    ready,
    take: async (name, count) => void (await redis.zpopmin(name, count)),
    states: async (name) => ({ ready: await ready(name), delayed: await redis.zcount(name, Date.now() + 1, "+inf") }),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}
