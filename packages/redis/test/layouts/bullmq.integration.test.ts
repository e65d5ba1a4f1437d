import type { JobsOptions } from "bullmq";
import { Cluster, Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis, startRedisCluster } from "../../../../test/services/index.ts";
import { BullmqQueues, TOKEN } from "./bullmq-queues.ts";
import { about, type OpenQueues, openQueues } from "./open-queues.ts";

const MINUTE = 60_000;
describe.each([5, 6] as const)("a queue of BullMQ %i", (major) => {
  let server: RedisServer;
  let redis: Redis;
  let bullmq: BullmqQueues;
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
    bullmq = await BullmqQueues.start(major, server);
    queues = await openQueues(server.url, "bullmq:mails");
  });
  afterEach(async () => {
    await queues[Symbol.asyncDispose]();
    await bullmq[Symbol.asyncDispose]();
    await redis.flushall();
  });

  const read = () => queues.read();
  /** Adds a job as it would have been added so many minutes ago. */
  const put = (minutesAgo: number, options: JobsOptions = {}) =>
    bullmq.put("mails", { timestamp: Date.now() - minutesAgo * MINUTE, ...options });

  it("has delayed jobs that nobody promotes overdue, since they were due", async () => {
    await put(5, { delay: 4 * MINUTE });
    await put(5, { delay: 3 * MINUTE });
    await put(5, { delay: 60 * MINUTE });
    expect(await bullmq.counts("mails")).toMatchObject({ delayed: 3, waiting: 0 });
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, overdue: 2 }, oldestAgeSeconds: about(120) });

    // A worker promotes them all when it asks for one.
    await bullmq.take("mails", 1);
    expect(await read()).toMatchObject({
      ready: 1,
      states: { delayed: 1, overdue: 0, active: 1 },
      oldestAgeSeconds: about(60),
    });
  });

  it("has the oldest among all priorities, which is not the most urgent", async () => {
    await put(1);
    await put(20, { priority: 9 });
    await put(5, { priority: 9 });
    await put(10, { priority: 2_097_151 });
    await put(2, { priority: 1 });
    expect(await bullmq.counts("mails")).toMatchObject({ waiting: 1, prioritized: 4 });
    expect(await read()).toMatchObject({ ready: 5, oldestAgeSeconds: about(20 * 60) });
  });

  it("has at least the oldest of the sixteen most urgent priorities", async () => {
    await put(50, { priority: 17 });
    for (let priority = 16; priority >= 1; priority--) await put(priority, { priority });
    expect(await read()).toMatchObject({ ready: 17, oldestAgeSeconds: about(16 * 60) });
    await bullmq.finish("mails");
    expect(await read()).toMatchObject({ ready: 16, oldestAgeSeconds: about(50 * 60) });
  });

  it("keeps what is ready, and its age, while it is paused", async () => {
    await put(10);
    await put(12, { priority: 3 });
    await bullmq.pause("mails");
    await put(3);
    expect(await bullmq.ready("mails")).toBe(3);
    expect(await read()).toMatchObject({ ready: 3, paused: true, oldestAgeSeconds: about(12 * 60) });
    await bullmq.resume("mails");
    expect(await read()).toMatchObject({ ready: 3, paused: false, oldestAgeSeconds: about(12 * 60) });
  });

  it("keeps a retry's back-off delayed, and does not call the retry as old as the job", async () => {
    await put(30, { attempts: 3, backoff: { type: "fixed", delay: 10 * MINUTE } });
    const job = await bullmq.finish("mails", new Error("no luck"));
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, failed: 0 }, oldestAgeSeconds: 0 });
    await job.promote();
    expect(await read()).toMatchObject({ ready: 1, states: { delayed: 0 }, oldestAgeSeconds: undefined });
    await put(2);
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(2 * 60) });
  });

  it("looks behind a job that went back to the head of the queue", async () => {
    await put(30);
    await put(20);
    const job = await bullmq.next("mails");
    await job.moveToWait(TOKEN);
    expect(await bullmq.counts("mails")).toMatchObject({ waiting: 2, active: 0 });
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(20 * 60) });
  });

  it("looks behind jobs whose worker died", async () => {
    const worker = bullmq.worker("mails", { lockDuration: 50, stalledInterval: 60 });
    await put(30);
    await put(20);
    await bullmq.take("mails", 1);
    expect(await read()).toMatchObject({ ready: 1, states: { active: 1 } });
    await worker.startStalledCheckTimer();
    await expect.poll(() => bullmq.counts("mails")).toMatchObject({ waiting: 2 });
    expect(await read()).toMatchObject({ ready: 2, states: { active: 0 }, oldestAgeSeconds: about(20 * 60) });
  });

  it("does not call a job that was run again by hand as old as the job", async () => {
    await put(30);
    const job = await bullmq.finish("mails", new Error("no luck"));
    expect(await read()).toMatchObject({ ready: 0, states: { failed: 1 } });
    await job.retry("failed");
    expect(await read()).toMatchObject({ ready: 1, states: { failed: 0 }, oldestAgeSeconds: undefined });
  });

  it("has the oldest where the newest goes first", async () => {
    for (const minutesAgo of [30, 20, 10, 5, 1]) await put(minutesAgo, { lifo: true });
    expect(await read()).toMatchObject({ ready: 5, oldestAgeSeconds: about(30 * 60) });
  });

  it("has a parent blocked until its children are done, and ready at a time that nobody knows", async () => {
    const timestamp = Date.now() - 40 * MINUTE;
    const child = { name: "child", queueName: "images", opts: { timestamp } };
    await bullmq.flows.add({ name: "parent", queueName: "mails", opts: { timestamp }, children: [child] });
    expect(await bullmq.counts("mails")).toMatchObject({ "waiting-children": 1, waiting: 0 });
    expect(await read()).toMatchObject({ ready: 0, states: { blocked: 1 }, oldestAgeSeconds: 0 });
    await bullmq.finish("images");
    expect(await read()).toMatchObject({ ready: 1, states: { blocked: 0 }, oldestAgeSeconds: undefined });
    await put(2);
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(2 * 60) });
  });

  it("takes a job that was promoted before its time for one of unknown age", async () => {
    const job = await put(5, { delay: 60 * MINUTE });
    await job.promote();
    expect(await read()).toMatchObject({ ready: 1, states: { delayed: 0 }, oldestAgeSeconds: undefined });
  });

  it.each(["0:0", "0:1795365946000"])(
    "does not count the marker %s of version 4, as BullMQ does not",
    async (marker) => {
      await put(3);
      await redis.rpush("bull:mails:wait", marker);
      expect(await read()).toMatchObject({ ready: 1, oldestAgeSeconds: about(3 * 60) });
      // Counting takes the marker out of the list, so it comes second.
      expect(await bullmq.ready("mails")).toBe(1);
      await redis.rename("bull:mails:wait", "bull:mails:paused");
      await redis.rpush("bull:mails:paused", marker);
      await redis.rpush("bull:mails:wait", marker);
      expect(await read()).toMatchObject({ ready: 1, oldestAgeSeconds: about(3 * 60) });
    },
  );

  it("tells a queue that is empty from one that was never there, or not under this prefix", async () => {
    expect((await read()).problems).toMatchObject([{ reason: "queue_missing" }]);
    await put(0);
    await bullmq.finish("mails");
    await redis.del("bull:mails:completed");
    expect(await read()).toMatchObject({ ready: 0, problems: [], oldestAgeSeconds: 0 });
    await using elsewhere = await openQueues(server.url, { layout: "bullmq", name: "mails", prefix: "other" });
    expect((await elsewhere.read()).problems).toMatchObject([{ reason: "queue_missing" }]);
  });

  it("finds the queues of its own prefix, whatever is in it", async () => {
    await using odd = await BullmqQueues.start(major, server, "a[b]*:c");
    await odd.put("mails");
    await odd.put("images", { jobId: "meta" });
    await bullmq.put("others");
    await using all = await openQueues(server.url, { layout: "bullmq", name: "*", prefix: "a[b]*:c" });
    await expect.poll(() => all.labels()).toEqual(["images", "mails"]);
    expect(await all.read("mails")).toMatchObject({ ready: 1, problems: [] });
  });
});

it("counts what BullMQ 5 left in a paused queue until BullMQ 6 resumes it", async () => {
  await using server = await startRedis();
  await using old = await BullmqQueues.start(5, server);
  await using current = await BullmqQueues.start(6, server);
  await using queues = await openQueues(server.url, "bullmq:mails");
  await old.put("mails", { timestamp: Date.now() - 5 * MINUTE });
  await old.pause("mails");
  await current.put("mails");
  // Version 6 does not look into the list of version 5, and takes nothing from it either.
  expect(await current.ready("mails")).toBe(1);
  expect(await queues.read()).toMatchObject({ ready: 2, paused: true, oldestAgeSeconds: about(5 * 60) });
  await current.resume("mails");
  expect(await current.ready("mails")).toBe(2);
  expect(await queues.read()).toMatchObject({ ready: 2, paused: false, oldestAgeSeconds: about(5 * 60) });
});

it("reads queues of a Cluster, whose prefixes are hash tags", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const { Queue } = await import("bullmq");
  const connect = () => new Cluster([...cluster.startupNodes]);
  const [reader, ...writers] = [connect(), connect(), connect()];
  onTestFinished(() => {
    for (const client of [reader, ...writers]) client?.disconnect();
  });
  const prefixes = ["{acme}", "{globex}"] as const;
  for (const [index, prefix] of prefixes.entries()) {
    const queue = new Queue("mails", { connection: writers[index] as Cluster, prefix });
    await queue.add("task", {}, { timestamp: Date.now() - 3 * MINUTE });
    await queue.add("task", {}, { timestamp: Date.now() - 7 * MINUTE, priority: 2 });
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 1, prioritized: 1 });
    await queue.close();
  }
  const described = prefixes.map((prefix) => ({ layout: "bullmq", name: "mails", prefix, label: prefix }));
  await using queues = await openQueues(reader as Cluster, ...described);
  for (const prefix of prefixes) {
    expect(await queues.read(prefix)).toMatchObject({ ready: 2, problems: [], oldestAgeSeconds: about(7 * 60) });
  }
});
