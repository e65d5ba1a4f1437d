import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { eventually } from "../eventually.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { AsynqQueues } from "./asynq-queues.ts";
import { type OpenQueues, openQueues } from "./open-queues.ts";

exerciseQueueReader({
  layout: "asynq",
  framework: "Asynq 0.26.0",
  queue: (name) => `asynq:${name}`,
  mainKey: (name) => `asynq:{${name}}:pending`,
  names: ["with space", "{tag}:x", "a}b{c", "a:b", "star*", "new\nline", "ключ", "🙂", "UPPER"],
  age: "exact",
  start: (server) => AsynqQueues.start(server),
});

describe("a queue of Asynq", () => {
  let server: RedisServer;
  let redis: Redis;
  let asynq: AsynqQueues;
  let queues: OpenQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  beforeEach(async () => {
    asynq = await AsynqQueues.start(server);
    queues = await openQueues(server.url, "asynq:mails");
  });
  afterEach(async () => {
    await queues[Symbol.asyncDispose]();
    await asynq[Symbol.asyncDispose]();
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const read = () => queues.read();

  it("was verified on the version that is under test", () => {
    expect(asynq.driver.version).toBe("Asynq 0.26.0");
  });

  it("has scheduled tasks that no server moves overdue, since they were due", async () => {
    const before = performance.now();
    await asynq.add("mails", 2, { inSeconds: 1 });
    await asynq.add("mails", 1, { inSeconds: 600 });
    await expect.poll(async () => (await read()).states).toMatchObject({ delayed: 1, overdue: 2 });
    const { ready, oldestAgeSeconds } = await read();
    expect(ready).toBe(0);
    // Asynq keeps the whole second in which they are due.
    expect(oldestAgeSeconds).toBeLessThan((performance.now() - before) / 1000 + 0.1);
    await eventually(async () => (await read()).oldestAgeSeconds).toBeGreaterThan(1);
    // Asynq itself does not tell due tasks from others.
    expect(await asynq.info("mails")).toMatchObject({ Scheduled: 3, Pending: 0, Latency: 0 });

    await asynq.pause("mails");
    await asynq.work("mails", 1);
    await asynq.until("mails", ({ Pending }) => Pending === 2);
    expect(await read()).toMatchObject({ ready: 2, paused: true, states: { delayed: 1, overdue: 0 } });
    // What was moved is ready since then, by Asynq's own reckoning.
    const latency = async (): Promise<number> => ((await asynq.info("mails"))?.Latency ?? Number.NaN) / 1e9;
    const shortest = await latency();
    const moved = (await read()).oldestAgeSeconds;
    expect(moved).toBeGreaterThan(shortest - 0.1);
    expect(moved).toBeLessThan((await latency()) + 0.1);
  });

  it("tells failed attempts that wait for their next from those that were due and from failures for good", async () => {
    await asynq.add("mails", 2, { task: "fail", maxRetry: 5 });
    const waiting = await asynq.work("mails", 2, 600);
    await asynq.until("mails", ({ Retry }) => Retry === 2);
    await asynq.stop(waiting);
    expect(await read()).toMatchObject({
      ready: 0,
      states: { retrying: 2, overdue: 0, failed: 0 },
      oldestAgeSeconds: 0,
    });

    await asynq.add("mails", 1, { task: "fail", maxRetry: 5 });
    const impatient = await asynq.work("mails", 1, 1);
    await asynq.until("mails", ({ Retry }) => Retry === 3);
    await asynq.stop(impatient);
    await expect.poll(async () => (await read()).states).toMatchObject({ retrying: 2, overdue: 1 });

    await asynq.fail("other", 3);
    expect((await read()).states.failed).toBe(0);
    await using other = await openQueues(server.url, "asynq:other");
    expect((await other.read()).states.failed).toBe(3);
  });

  it("looks behind a task that a stopping server put back, for it has lost its stamp", async () => {
    await asynq.add("mails", 1);
    await asynq.take("mails", 1);
    const before = performance.now();
    await asynq.add("mails", 1);
    await asynq.stop("worker 1");
    expect(await read()).toMatchObject({ ready: 2, states: { active: 0 } });
    // Asynq reads no latency at all.
    expect(await asynq.info("mails")).toMatchObject({ Pending: 2, Latency: 0 });
    await expect.poll(async () => (await read()).oldestAgeSeconds).toBeGreaterThan(1);
    expect((await read()).oldestAgeSeconds).toBeLessThanOrEqual((performance.now() - before) / 1000 + 0.1);
  });

  it("has no age where none of the next tasks has a stamp", async () => {
    await asynq.add("mails", 4);
    await asynq.take("mails", 3);
    await asynq.stop("worker 1");
    const { ready, oldestAgeSeconds } = await read();
    expect([ready, oldestAgeSeconds]).toEqual([4, undefined]);
  });

  it("has no age for tasks that an operator ran again", async () => {
    await asynq.fail("mails", 1);
    await asynq.driver.call("runArchived", { queue: "mails" });
    const { ready, states, oldestAgeSeconds } = await read();
    expect([ready, states.failed, oldestAgeSeconds]).toEqual([1, 0, undefined]);
  });

  it("counts tasks that wait in groups to be aggregated as blocked", async () => {
    await asynq.add("mails", 2, { group: "of one: user" });
    await asynq.add("mails", 3, { group: "{other}" });
    expect(await asynq.info("mails")).toMatchObject({ Groups: 2, Aggregating: 5, Pending: 0 });
    expect(await read()).toMatchObject({ ready: 0, states: { blocked: 5, delayed: 0 }, oldestAgeSeconds: 0 });
  });

  it("does not know how many wait in groups where there are very many", async () => {
    for (let group = 0; group < 600; group++) await asynq.add("mails", 1, { group: `user ${group}` });
    const { ready, states } = await read();
    expect([ready, states.blocked, states.delayed]).toEqual([0, undefined, 0]);
  });

  it("counts servers that list the queue, not others, and those that were killed until their heartbeat expires", async () => {
    expect((await read()).workers).toBe(0);
    await using doomed = await AsynqQueues.start(server);
    const worker = await asynq.work("mails", 1);
    await asynq.work("other", 7);
    await doomed.work("mails", 1);
    await eventually(async () => (await read()).workers).toBe(2);
    expect(await asynq.servers()).toHaveLength(3);
    await doomed.crash();
    expect((await read()).workers).toBe(2);
    await eventually(async () => (await read()).workers).toBe(1);
    // Its entry in the index stays until Asynq looks at it.
    expect(await redis.zcard("asynq:servers")).toBe(3);
    await asynq.stop(worker);
    expect((await read()).workers).toBe(0);
  });

  it("tells a database without Asynq from a queue that Asynq does not know", async () => {
    expect(await read()).toMatchObject({ ready: 0, problems: [{ reason: "framework_missing" }] });
    await asynq.add("other", 1);
    expect(await read()).toMatchObject({ ready: 0, problems: [{ reason: "queue_missing" }] });
    await asynq.work("mails", 1);
    await eventually(async () => (await read()).problems).toEqual([]);
  });

  it("knows a queue that was emptied", async () => {
    await asynq.fail("mails", 1);
    await redis.del("asynq:{mails}:archived");
    expect(await read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0, problems: [] });
  });

  it("is found by its framework's own index", async () => {
    for (const name of ["mails", "new\nline", "a}b{c"]) await asynq.add(name, 1);
    await using found = await openQueues(server.url, "asynq:*");
    await eventually(() => found.labels()).toEqual(["a}b{c", "mails", "new\nline"]);
  });
});
