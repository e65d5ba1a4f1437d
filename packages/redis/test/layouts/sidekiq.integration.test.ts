import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { eventually } from "../eventually.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { about, type Description, type OpenQueues, openQueues } from "./open-queues.ts";
import { SidekiqQueues } from "./sidekiq-queues.ts";

exerciseQueueReader({
  layout: "sidekiq",
  framework: "Sidekiq 6.4.1",
  queue: (name) => `sidekiq:${name}`,
  mainKey: (name) => `queue:${name}`,
  names: ["with space", "{tag}:x", "a:b", "star*", "new\nline", "ключ", "🙂", 'qu"ote\\'],
  age: "exact",
  start: (server) => SidekiqQueues.start(server),
});

describe("a queue of Sidekiq", () => {
  let server: RedisServer;
  let redis: Redis;
  let sidekiq: SidekiqQueues;
  let queues: OpenQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  beforeEach(async () => {
    sidekiq = await SidekiqQueues.start(server);
    queues = await openQueues(server.url, "sidekiq:mails");
  });
  afterEach(async () => {
    await queues[Symbol.asyncDispose]();
    await sidekiq[Symbol.asyncDispose]();
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const read = () => queues.read();
  const readAs = async (description: Description) => {
    await using others = await openQueues(server.url, description);
    return await others.read();
  };

  it("was verified on the version that is under test", () => {
    expect(sidekiq.driver.version).toBe("Sidekiq 6.4.1");
  });

  it("is as old as Sidekiq says", async () => {
    await sidekiq.add("mails", 2);
    await expect.poll(async () => (await read()).oldestAgeSeconds).toBeGreaterThan(1);
    const started = performance.now();
    const before = await sidekiq.latency("mails");
    const { oldestAgeSeconds } = await read();
    const after = await sidekiq.latency("mails");
    // The clocks are known to within the time that an answer took.
    const slack = 0.01 + (performance.now() - started) / 2000;
    expect(oldestAgeSeconds).toBeGreaterThanOrEqual(before - slack);
    expect(oldestAgeSeconds).toBeLessThanOrEqual(after + slack);
  });

  it("has scheduled jobs neither ready nor old before they are promoted, and new when they are", async () => {
    await sidekiq.add("mails", 2, { in_seconds: 1 });
    await expect.poll(() => redis.zcount("schedule", "-inf", Date.now() / 1000 - 1)).toBe(2);
    expect(await read()).toMatchObject({ ready: 0, states: {}, oldestAgeSeconds: 0 });
    expect(await sidekiq.driver.call("sets")).toEqual({ scheduled: 2, retry: 0, dead: 0 });
    const promoting = performance.now();
    await sidekiq.driver.call("promote");
    const { ready, oldestAgeSeconds } = await read();
    expect(ready).toBe(2);
    expect(oldestAgeSeconds).toBeLessThan((performance.now() - promoting) / 1000 + 0.1);
  });

  it("knows nothing per queue of jobs that failed", async () => {
    await sidekiq.add("mails", 1, { job: "Fail", retries: 0 });
    await sidekiq.add("mails", 1, { job: "Fail", retries: 5 });
    await sidekiq.work(["mails"], 1);
    await eventually(() => sidekiq.driver.call("sets")).toEqual({ scheduled: 0, retry: 1, dead: 1 });
    expect(await read()).toMatchObject({ ready: 0, states: {}, oldestAgeSeconds: 0 });
  });

  it("gets back what a worker held that is stopped, with the age that it had", async () => {
    const before = performance.now();
    await sidekiq.add("mails", 1);
    const added = performance.now();
    const worker = await sidekiq.work(["mails"], 1);
    await eventually(() => sidekiq.ready("mails")).toBe(0);
    expect(await read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0 });
    await worker.stop();
    const shortest = (performance.now() - added) / 1000;
    const { ready, oldestAgeSeconds } = await read();
    expect(ready).toBe(1);
    expect(oldestAgeSeconds).toBeGreaterThan(shortest - 0.1);
    expect(oldestAgeSeconds).toBeLessThan((performance.now() - before) / 1000 + 0.1);
  });

  it("counts processes that fetch from it, and one that was killed until its heartbeat expires", async () => {
    expect((await read()).workers).toBe(0);
    const doomed = await sidekiq.work(["mails", "other"], 1);
    await sidekiq.work(["other"], 9);
    await eventually(() => sidekiq.driver.call("processes")).toHaveLength(2);
    expect((await read()).workers).toBe(1);
    expect((await readAs("sidekiq:other")).workers).toBe(2);
    expect((await readAs("sidekiq:mail")).workers).toBe(0);
    doomed.kill("SIGKILL");
    await doomed.exited;
    expect((await read()).workers).toBe(1);
    // Redis does this 60 seconds after the last beat.
    for (const process of await redis.smembers("processes")) {
      if ((await redis.hget(process, "info"))?.includes("mails")) await redis.del(process);
    }
    expect((await read()).workers).toBe(0);
    expect(await redis.scard("processes")).toBe(2);
    expect((await readAs("sidekiq:other")).workers).toBe(1);
  });

  it("no longer counts a process that was told to take no more", async () => {
    const worker = await sidekiq.work(["mails"], 1);
    await eventually(async () => (await read()).workers).toBe(1);
    worker.kill("SIGTSTP");
    await eventually(async () => (await read()).workers).toBe(0);
    expect(await sidekiq.driver.call("processes")).toEqual([{ queues: ["mails"], quiet: true }]);
  });

  it.each([
    ["whole milliseconds, as Sidekiq 8 has them", (now: number) => ({ enqueued_at: now - 90_000 })],
    ["seconds, as earlier ones have them", (now: number) => ({ enqueued_at: now / 1000 - 90 })],
    ["only the time of creation, as other clients may", (now: number) => ({ created_at: now / 1000 - 90 })],
  ])("reads payloads with %s", async (_, stamps) => {
    await redis.lpush("queue:mails", JSON.stringify({ class: "Hold", args: [], ...stamps(Date.now()) }));
    expect((await read()).oldestAgeSeconds).toEqual(about(90));
  });

  it.each([["no JSON at all"], ["[1]"], ["{}"], ['{"enqueued_at":"today"}'], ['{"enqueued_at":0}']])(
    "has no age while the next job is %s",
    async (payload) => {
      await redis.lpush("queue:mails", payload);
      const { ready, oldestAgeSeconds } = await read();
      expect([ready, oldestAgeSeconds]).toEqual([1, undefined]);
    },
  );

  it("does not fetch a payload above the limit for its age", async () => {
    await sidekiq.add("mails", 1, { text: "x".repeat(20_000) });
    const size = (await redis.lindex("queue:mails", -1))?.length ?? Number.NaN;
    const at = async (maxPayloadBytes: number) =>
      (await readAs({ layout: "sidekiq", name: "mails", maxPayloadBytes })).oldestAgeSeconds;
    expect([(await read()).ready, (await read()).oldestAgeSeconds]).toEqual([1, undefined]);
    expect(await at(size - 1)).toBeUndefined();
    expect(await at(size)).toBeGreaterThanOrEqual(0);
  });

  it("does not know its workers while a process names the queue and does not say that it fetches from it", async () => {
    await sidekiq.add("mails", 1);
    await redis.sadd("processes", "host:1:a");
    await redis.hset("host:1:a", { info: JSON.stringify({ tag: "mails" }), quiet: "false" });
    const { ready, workers } = await read();
    expect([ready, workers]).toEqual([1, undefined]);
    expect((await readAs("sidekiq:other")).workers).toBe(0);
  });

  it("is paused where the set that Sidekiq Pro keeps says so, and says nothing without it", async () => {
    expect((await read()).paused).toBeUndefined();
    await redis.sadd("paused", "other");
    expect((await read()).paused).toBe(false);
    await redis.sadd("paused", "mails");
    expect((await read()).paused).toBe(true);
  });

  it("tells a database without Sidekiq from a queue that Sidekiq does not know", async () => {
    expect(await read()).toMatchObject({ ready: 0, problems: [{ reason: "framework_missing" }] });
    await sidekiq.add("mails", 1);
    await sidekiq.take("mails", 1);
    expect(await read()).toMatchObject({ ready: 0, problems: [] });
    expect(await readAs("sidekiq:mail")).toMatchObject({ ready: 0, problems: [{ reason: "queue_missing" }] });
  });

  it("does not know a queue that was cleared", async () => {
    await sidekiq.add("mails", 1);
    await sidekiq.add("other", 1);
    await sidekiq.driver.call("clear", { queue: "mails" });
    expect(await read()).toMatchObject({ ready: 0, problems: [{ reason: "queue_missing" }] });
  });

  it("is found by its framework's own index", async () => {
    for (const name of ["mails", "new\nline", "{tag}:x"]) await sidekiq.add(name, 1);
    await using found = await openQueues(server.url, "sidekiq:*");
    await eventually(() => found.labels()).toEqual(["mails", "new\nline", "{tag}:x"]);
    expect(await sidekiq.driver.call("queues")).toEqual(["mails", "new\nline", "{tag}:x"]);
  });

  it("is read under the namespace that the application has", async () => {
    await using spaced = await SidekiqQueues.start(server, "acme:{eu}");
    await spaced.add("mails", 3);
    await spaced.take("mails", 1);
    const description = { layout: "sidekiq", name: "mails", namespace: "acme:{eu}" };
    await eventually(async () => (await readAs(description)).workers).toBe(1);
    expect(await readAs(description)).toMatchObject({ ready: 2, problems: [] });
    expect(await read()).toMatchObject({ ready: 0, workers: 0, problems: [{ reason: "framework_missing" }] });
    await using found = await openQueues(server.url, { layout: "sidekiq", name: "*", namespace: "acme:{eu}" });
    await eventually(() => found.labels()).toEqual(["mails"]);
  });
});
