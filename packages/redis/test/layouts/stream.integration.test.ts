import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { exerciseQueueReader, type FrameworkQueues, type QueueReaderSubject } from "../exercise-queue-reader.ts";
import { about, openQueues } from "./open-queues.ts";

const GROUP = "mailers of the {eu}:1\n";

const general: Pick<QueueReaderSubject, "layout" | "mainKey" | "names" | "age"> = {
  layout: "stream",
  mainKey: (name) => name,
  names: ["with space", "{tag}:x", "a:b", "a/b", "star*", "new\nline", "ключ", "🙂", "a=b,c"],
  age: "exact",
};

exerciseQueueReader({
  ...general,
  framework: "a stream and a consumer group",
  queue: (name) => ({ layout: "stream", name, group: GROUP }),
  start: async ({ url }) => groupQueues(new Redis(url)),
});

exerciseQueueReader({
  ...general,
  framework: "a stream whose consumers delete entries",
  queue: (name) => ({ layout: "stream", name }),
  start: async ({ url }) => plainQueues(new Redis(url)),
});

describe("a stream", () => {
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

  const read = async (description = "stream:events/mailers") => {
    await using queues = await openQueues(server.url, description);
    return await queues.read();
  };
  const add = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let added = 0; added < count; added++) ids.push((await redis.xadd("events", "*", "n", added)) as string);
    return ids;
  };
  const createGroup = (from = "0") => redis.xgroup("CREATE", "events", "mailers", from, "MKSTREAM");
  const deliver = (count: number) =>
    redis.xreadgroup("GROUP", "mailers", "one", "COUNT", count, "STREAMS", "events", ">");
  /** What the server calls the group's lag. */
  const lag = async (): Promise<unknown> => {
    const [group] = (await redis.xinfo("GROUPS", "events")) as unknown[][];
    return group?.[group.indexOf("lag") + 1];
  };

  it("takes what follows the last slash for the group, and the name for the label", async () => {
    await createGroup();
    await redis.xgroup("CREATE", "a/b", "mailers", "0", "MKSTREAM");
    await redis.xadd("a/b", "*", "n", 1);
    expect(await read("stream:a/b/mailers")).toMatchObject({ queue: "a/b", ready: 1, problems: [] });
    expect(await read("stream:events")).toMatchObject({ queue: "events", ready: 0, states: {} });
  });

  it("tells a missing stream from a missing group from an empty one", async () => {
    expect(await read()).toMatchObject({ ready: 0, problems: [{ reason: "framework_missing" }] });
    expect(await read("stream:events")).toMatchObject({ ready: 0, problems: [{ reason: "queue_missing" }] });
    const [id] = await add(1);
    await redis.xdel("events", id as string);
    expect(await read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0, problems: [{ reason: "queue_missing" }] });
    expect(await read("stream:events")).toMatchObject({ ready: 0, oldestAgeSeconds: 0, problems: [] });
    await createGroup();
    expect(await read()).toMatchObject({ ready: 0, states: { active: 0 }, oldestAgeSeconds: 0, problems: [] });
  });

  it("does not know what a group that is yet to be created will have delivered", async () => {
    await add(2);
    const { ready, oldestAgeSeconds, problems } = await read();
    expect([ready, oldestAgeSeconds]).toEqual([undefined, undefined]);
    expect(problems).toMatchObject([{ reason: "queue_missing" }]);
  });

  it("counts per group, and acknowledged entries no more although they stay in the stream", async () => {
    await createGroup();
    const ids = await add(5);
    await redis.xgroup("CREATE", "events", "others", "$");
    await deliver(3);
    await redis.xack("events", "mailers", ids[0] as string, ids[1] as string);
    expect(await read()).toMatchObject({ ready: 2, states: { active: 1 } });
    expect(await read("stream:events/others")).toMatchObject({ ready: 0, states: { active: 0 }, oldestAgeSeconds: 0 });
    expect((await read("stream:events")).ready).toBe(5);
  });

  it("has the age of the first entry that was not delivered", async () => {
    await createGroup();
    const now = Date.now();
    for (const secondsAgo of [90, 60, 30]) await redis.xadd("events", `${now - secondsAgo * 1000}-0`, "n", 1);
    expect((await read()).oldestAgeSeconds).toEqual(about(90));
    await deliver(1);
    expect((await read()).oldestAgeSeconds).toEqual(about(60));
    await deliver(2);
    expect((await read()).oldestAgeSeconds).toBe(0);
    expect((await read("stream:events")).oldestAgeSeconds).toEqual(about(90));
  });

  it("has no age where producers choose ids that are no times", async () => {
    await createGroup();
    await redis.xadd("events", "1-1", "n", 1);
    const { ready, oldestAgeSeconds } = await read();
    expect([ready, oldestAgeSeconds]).toEqual([1, undefined]);
  });

  it("is exact for few entries where one was deleted and the server does not know its lag", async () => {
    await createGroup();
    const ids = await add(10);
    await deliver(3);
    await redis.xdel("events", ids[5] as string);
    expect(await lag()).toBeNull();
    expect(await read()).toMatchObject({ ready: 6, states: { active: 3 } });
    await deliver(6);
    expect(await read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0 });
  });

  it("is not known for many entries where one was deleted, while its age is", async () => {
    await createGroup();
    const ids = await add(100);
    await deliver(1);
    await redis.xdel("events", ids[50] as string);
    expect(await lag()).toBeNull();
    const { ready, states, oldestAgeSeconds } = await read();
    expect([ready, states.active]).toEqual([undefined, 1]);
    expect(oldestAgeSeconds).toBeGreaterThanOrEqual(0);
  });

  it("is the server's lag for many entries", async () => {
    await createGroup();
    await add(200);
    await deliver(20);
    expect(await lag()).toBe(180);
    expect(await read()).toMatchObject({ ready: 180, states: { active: 20 } });
  });

  it("has everything in the stream before it when nothing of it was delivered, whatever was trimmed or deleted", async () => {
    await createGroup();
    const ids = await add(200);
    await redis.xtrim("events", "MAXLEN", "=", 150);
    await redis.xdel("events", ids[100] as string);
    expect(await read()).toMatchObject({ ready: 149, states: { active: 0 } });
  });

  it("does not count what was trimmed before it was delivered", async () => {
    await createGroup();
    await add(200);
    await deliver(10);
    await redis.xtrim("events", "MAXLEN", "=", 100);
    expect(await read()).toMatchObject({ ready: 100, states: { active: 10 } });
    await deliver(100);
    expect(await read()).toMatchObject({ ready: 0, states: { active: 110 }, oldestAgeSeconds: 0 });
    await add(3);
    expect(await read()).toMatchObject({ ready: 3 });
  });

  it("is not known where the server counts entries that are gone, more than the stream holds", async () => {
    await createGroup();
    await add(200);
    await deliver(10);
    await redis.xtrim("events", "MAXLEN", "=", 100);
    await deliver(1);
    const { ready, states } = await read();
    // 99 are left. Most releases of Redis say 189.
    expect(ready).toBe((await lag()) === 99 ? 99 : undefined);
    expect(states.active).toBe(11);
  });

  it("is exact for a group that deletes what it has acknowledged", async () => {
    await createGroup();
    const ids = await add(300);
    await deliver(100);
    await redis.xack("events", "mailers", ...ids.slice(0, 100));
    await redis.xdel("events", ...ids.slice(0, 100));
    expect(await read()).toMatchObject({ ready: 200, states: { active: 0 } });
  });

  it("leaves the entries, which are payloads, in the server", async () => {
    await createGroup();
    for (let added = 0; added < 3; added++) await redis.xadd("events", "*", "body", "x".repeat(3_000_000));
    await deliver(1);
    const sent = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(await redis.info("stats"))?.[1]);
    const before = await sent();
    expect(await read()).toMatchObject({ ready: 2, states: { active: 1 } });
    expect((await sent()) - before).toBeLessThan(100_000);
  });

  it("says that it may not ask for the group rather than that there is none", async () => {
    await createGroup();
    await add(1);
    await redis.call("acl", "setuser", "reader", "reset", "on", ">secret", "~*", "+@all", "-xinfo|groups");
    await using queues = await openQueues(`redis://reader:secret@127.0.0.1:${server.port}`, "stream:events/mailers");
    await expect(queues.read()).rejects.toThrow('"reason":"auth"');
  });
});

function groupQueues(redis: Redis): FrameworkQueues {
  // The suite empties the server between its tests, and with it the groups.
  const createGroup = (name: string) =>
    redis.xgroup("CREATE", name, GROUP, "0", "MKSTREAM").catch((error: Error) => {
      if (!error.message.startsWith("BUSYGROUP")) throw error;
    });
  const counts = async (name: string): Promise<{ ready: number; active: number }> => {
    const groups = (await redis.xinfo("GROUPS", name)) as unknown[][];
    const group = groups.find((fields) => fields[1] === GROUP) ?? [];
    const field = (key: string): number => Number(group[group.indexOf(key) + 1]);
    return { ready: field("lag"), active: field("pending") };
  };
  return {
    async add(name, count) {
      await createGroup(name);
      for (let added = 0; added < count; added++) await redis.xadd(name, "*", "n", added);
    },
    async take(name, count) {
      const [taken] = (await redis.xreadgroup("GROUP", GROUP, "one", "COUNT", count, "STREAMS", name, ">")) ?? [];
      if ((taken as [string, unknown[]])[1].length !== count) throw new Error(`${name} has too few entries`);
    },
    ready: async (name) => (await counts(name)).ready,
    states: counts,
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

function plainQueues(redis: Redis): FrameworkQueues {
  return {
    async add(name, count) {
      for (let added = 0; added < count; added++) await redis.xadd(name, "*", "n", added);
    },
    async take(name, count) {
      const entries = await redis.xrange(name, "-", "+", "COUNT", count);
      await redis.xdel(name, ...entries.map(([id]) => id));
    },
    ready: (name) => redis.xlen(name),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}
