import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { type BullJobOptions, BullQueues } from "./bull-queues.ts";
import { about, type OpenQueues, openQueues } from "./open-queues.ts";

exerciseQueueReader({
  layout: "bull",
  framework: "Bull 4.16.5",
  queue: (name) => `bull:${name}`,
  mainKey: (name) => `bull:${name}:wait`,
  names: ["with space", "{tag}:x", "a:b", "star*", "new\nline", "ключ", "🙂"],
  age: "exact",
  start: async (server) => new BullQueues(server),
});

const MINUTE = 60_000;

describe("a queue of Bull", () => {
  let server: RedisServer;
  let redis: Redis;
  let bull: BullQueues;
  let queues: OpenQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    bull = new BullQueues(server);
    queues = await openQueues(server.url, "bull:mails");
  });
  afterEach(async () => {
    await queues[Symbol.asyncDispose]();
    await bull[Symbol.asyncDispose]();
    await redis.flushall();
  });

  const read = () => queues.read();
  /** Adds a job as it would have been added so many minutes ago. */
  const put = (minutesAgo: number, options: BullJobOptions = {}) =>
    bull.put("mails", { timestamp: Date.now() - minutesAgo * MINUTE, ...options });

  it("has delayed jobs that nobody promotes overdue, since they were due", async () => {
    await put(5, { delay: 4 * MINUTE });
    await put(5, { delay: 3 * MINUTE });
    await put(5, { delay: 60 * MINUTE });
    expect(await bull.states("mails")).toMatchObject({ delayed: 3, ready: 0 });
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, overdue: 2 }, oldestAgeSeconds: about(120) });

    // Only a queue with a processor promotes; this one is locally paused, so that it takes nothing.
    await bull.queue("mails").pause(true);
    void bull.queue("mails").process((_, done) => done());
    await expect.poll(() => bull.ready("mails")).toBe(2);
    expect(await read()).toMatchObject({ ready: 2, states: { delayed: 1, overdue: 0 }, oldestAgeSeconds: about(120) });
  });

  it("counts jobs of all priorities, and has at least the oldest of those that are next", async () => {
    await put(20, { priority: 9 });
    await put(40);
    await put(10, { priority: 1 });
    expect(await bull.ready("mails")).toBe(3);
    expect(await read()).toMatchObject({ ready: 3, oldestAgeSeconds: about(40 * 60) });
    // The most urgent jobs are next, and hide the oldest in the middle.
    for (let jobs = 0; jobs < 3; jobs++) await put(5, { priority: 1 });
    await put(0);
    expect(await read()).toMatchObject({ ready: 7, oldestAgeSeconds: about(10 * 60) });
  });

  it("keeps what is ready, and its age, while it is paused", async () => {
    await put(10);
    await bull.pause("mails");
    await put(3);
    expect(await bull.ready("mails")).toBe(2);
    expect(await read()).toMatchObject({ ready: 2, paused: true, oldestAgeSeconds: about(10 * 60) });
    await bull.resume("mails");
    expect(await read()).toMatchObject({ ready: 2, paused: false, oldestAgeSeconds: about(10 * 60) });
  });

  it("keeps a retry's back-off delayed, and does not call the retry as old as the job", async () => {
    await put(30, { attempts: 3, backoff: { type: "fixed", delay: 10 * MINUTE } });
    const job = await bull.finish("mails", new Error("no luck"));
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, failed: 0 }, oldestAgeSeconds: 0 });
    await job.promote();
    expect(await read()).toMatchObject({ ready: 1, states: { delayed: 0 }, oldestAgeSeconds: undefined });
    await put(2);
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(2 * 60) });
  });

  it("knows since when a job waits that was run again by hand", async () => {
    await put(30);
    const job = await bull.finish("mails", new Error("no luck"));
    expect(await read()).toMatchObject({ ready: 0, states: { failed: 1 } });
    await job.retry();
    expect(await read()).toMatchObject({ ready: 1, states: { failed: 0 }, oldestAgeSeconds: about(0) });
    await bull.finish("mails", new Error("no luck"));
    await job.retry();
    expect(await read()).toMatchObject({ ready: 1, oldestAgeSeconds: about(0) });
  });

  it("looks behind jobs whose worker died", async () => {
    const settings = { lockDuration: 50, stalledInterval: 60 };
    await using brittle = new BullQueues(server, { settings });
    await put(30);
    await put(20);
    await brittle.take("mails", 1);
    await brittle.queue("mails").pause(true);
    void brittle.queue("mails").process((_, done) => done());
    await expect.poll(() => bull.ready("mails")).toBe(2);
    expect(await read()).toMatchObject({ ready: 2, states: { active: 0 }, oldestAgeSeconds: about(20 * 60) });
  });

  it("has the oldest where the newest goes first", async () => {
    for (const minutesAgo of [30, 20, 10, 5, 1]) await put(minutesAgo, { lifo: true });
    expect(await read()).toMatchObject({ ready: 5, oldestAgeSeconds: about(30 * 60) });
  });

  it("tells a queue that is empty from one that was never there, or not under this prefix", async () => {
    expect((await read()).problems).toMatchObject([{ reason: "queue_missing" }]);
    const job = await put(0);
    await job.remove();
    expect(await read()).toMatchObject({ ready: 0, problems: [], oldestAgeSeconds: 0 });
    await using elsewhere = await openQueues(server.url, { layout: "bull", name: "mails", prefix: "other" });
    expect((await elsewhere.read()).problems).toMatchObject([{ reason: "queue_missing" }]);
  });

  it("finds the queues of its own prefix, whatever is in it", async () => {
    await using odd = new BullQueues(server, { prefix: "a[b]*:c" });
    await odd.put("mails");
    await odd.put("acme:images");
    await bull.put("others");
    await using all = await openQueues(server.url, { layout: "bull", name: "*", prefix: "a[b]*:c" });
    await expect.poll(() => all.labels()).toEqual(["acme:images", "mails"]);
    expect(await all.read("acme:images")).toMatchObject({ ready: 1, problems: [] });
  });
});
