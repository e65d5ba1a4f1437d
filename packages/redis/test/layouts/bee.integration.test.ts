import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { type BeeJob, BeeQueues } from "./bee-queues.ts";
import { about, type OpenQueues, openQueues } from "./open-queues.ts";

exerciseQueueReader({
  layout: "bee",
  framework: "Bee-Queue 2.0.0",
  queue: (name) => `bee:${name}`,
  mainKey: (name) => `bq:${name}:waiting`,
  names: ["with space", "{tag}:x", "a:b", "star*", "new\nline", "ключ", "🙂"],
  age: "exact",
  start: async (server) => new BeeQueues(server),
});

const MINUTE = 60_000;

describe("a queue of Bee-Queue", () => {
  let server: RedisServer;
  let redis: Redis;
  let bee: BeeQueues;
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
    bee = new BeeQueues(server);
    queues = await openQueues(server.url, "bee:mails");
  });
  afterEach(async () => {
    await queues[Symbol.asyncDispose]();
    await bee[Symbol.asyncDispose]();
    await redis.flushall();
  });

  const read = () => queues.read();
  /** Adds a job as it would have been added so many minutes ago. */
  const put = (minutesAgo: number, job: BeeJob = {}) =>
    bee.put("mails", { timestamp: Date.now() - minutesAgo * MINUTE, ...job });

  it("has delayed jobs that nobody promotes overdue, since they were due", async () => {
    await put(5, { dueAt: Date.now() - MINUTE });
    await put(5, { dueAt: Date.now() - 2 * MINUTE });
    await put(5, { dueAt: Date.now() + 60 * MINUTE });
    expect(await bee.states("mails")).toMatchObject({ delayed: 3, ready: 0 });
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, overdue: 2 }, oldestAgeSeconds: about(120) });

    // A worker promotes them all before it takes one.
    await bee.take("mails", 1);
    expect(await read()).toMatchObject({ ready: 1, states: { delayed: 1, overdue: 0 }, oldestAgeSeconds: about(60) });
  });

  it("keeps a retry's back-off delayed, and does not call the retry as old as the job", async () => {
    await put(30, { retries: 2, backoff: 10 * MINUTE });
    await bee.failNext("mails", 1);
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, failed: 0 }, oldestAgeSeconds: 0 });
    await put(30, { retries: 1 });
    await bee.failNext("mails", 2);
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 1, failed: 1 } });
    const [failed] = await bee.queue("mails").getJobs("failed", { size: 1 });
    await (failed as unknown as { retry(): Promise<unknown> }).retry();
    expect(await read()).toMatchObject({ ready: 1, states: { failed: 0 }, oldestAgeSeconds: undefined });
    await put(2);
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(2 * 60) });
  });

  it("has a job whose worker died active until somebody notices, then ready again behind the others", async () => {
    await put(30);
    await bee.take("mails", 1);
    await bee.abandon();
    await put(20);
    expect(await read()).toMatchObject({ ready: 1, states: { active: 1 }, oldestAgeSeconds: about(20 * 60) });
    // As if a minute had passed since the worker looked for such jobs itself.
    await redis.del("bq:mails:stallBlock");
    await bee.findStalled("mails");
    expect(await read()).toMatchObject({ ready: 2, states: { active: 0 }, oldestAgeSeconds: about(30 * 60) });
  });

  it("fetches no payload above the limit for its age, and looks behind it", async () => {
    const about16k = { text: "x".repeat(16_384) };
    await put(30, { data: about16k });
    expect(await read()).toMatchObject({ ready: 1, oldestAgeSeconds: undefined });
    await put(10);
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(10 * 60) });
    await using patient = await openQueues(server.url, { layout: "bee", name: "mails", maxPayloadBytes: 20_000 });
    expect(await patient.read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(30 * 60) });
    const bytes = Buffer.byteLength((await redis.hget("bq:mails:jobs", "1")) ?? "");
    for (const [maxPayloadBytes, age] of [
      [bytes, about(30 * 60)],
      [bytes - 1, about(10 * 60)],
    ] as const) {
      await using exact = await openQueues(server.url, { layout: "bee", name: "mails", maxPayloadBytes });
      expect((await exact.read()).oldestAgeSeconds).toEqual(age);
    }
  });

  it("tells a queue that is empty from one that was never there, or not under this prefix", async () => {
    expect((await read()).problems).toMatchObject([{ reason: "queue_missing" }]);
    const job = await put(0);
    await job.remove();
    expect(await read()).toMatchObject({ ready: 0, problems: [], oldestAgeSeconds: 0 });
    await using elsewhere = await openQueues(server.url, { layout: "bee", name: "mails", prefix: "other" });
    expect((await elsewhere.read()).problems).toMatchObject([{ reason: "queue_missing" }]);
  });

  it("finds the queues of its own prefix, whatever is in it", async () => {
    await using odd = new BeeQueues(server, { prefix: "a[b]*:c" });
    await odd.put("mails");
    await odd.put("acme:images");
    await bee.put("others");
    await using all = await openQueues(server.url, { layout: "bee", name: "*", prefix: "a[b]*:c" });
    await expect.poll(() => all.labels()).toEqual(["acme:images", "mails"]);
    expect(await all.read("acme:images")).toMatchObject({ ready: 1, problems: [] });
  });
});
