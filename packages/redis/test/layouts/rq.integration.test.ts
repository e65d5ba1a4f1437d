import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RqQueues, rqSubject, startRq } from "../../../../test/frameworks/rq/rq-subject.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { rq as layout } from "../../src/layouts/rq.ts";
import { eventually } from "../eventually.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { type Description, expectAgeSince, openQueues } from "./open-queues.ts";

exerciseQueueReader(rqSubject);

describe("a queue of RQ", () => {
  let server: RedisServer;
  let redis: Redis;
  let rq: RqQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    rq = await startRq(server);
  });
  afterEach(async () => {
    await rq.stop("SIGKILL");
    await redis.flushall();
  });
  afterAll(async () => {
    await rq?.[Symbol.asyncDispose]();
    redis.disconnect();
    await server.stop();
  });

  const read = async (queue: Description = "rq:jobs") => {
    await using queues = await openQueues(server.url, queue);
    return await queues.read();
  };
  const age = async (): Promise<number | undefined> => (await read()).oldestAgeSeconds;

  it("is read on the version that the layout names", () => {
    expect(rq.version).toBe(layout.verifiedOn);
  });

  it("has the oldest job behind those that were put at the front", async () => {
    const oldest = await rq.put("jobs");
    await eventually(age).toBeGreaterThan(1);
    for (let urgent = 0; urgent < 3; urgent++) await rq.put("jobs", { at_front: true });
    const since = await rq.enqueuedAt(oldest);
    await expectAgeSince(since, age);
    // A fourth hides it: the age is that of the oldest of the four, and a lower bound.
    await rq.put("jobs", { at_front: true });
    expect(await age()).toBeLessThan(Date.now() / 1000 - since - 1);
    expect((await read()).ready).toBe(5);
  });

  it("passes over ids of jobs that are gone, which RQ counts as well", async () => {
    const gone = await rq.put("jobs");
    const next = await rq.put("jobs");
    await redis.del(`rq:job:${gone}`);
    expect((await read()).ready).toBe(await rq.ready("jobs"));
    await expectAgeSince(await rq.enqueuedAt(next), age);
    await redis.del(`rq:job:${next}`);
    expect(await read()).toMatchObject({ ready: 2, oldestAgeSeconds: undefined });
  });

  it("has scheduled jobs overdue once they are due, until a worker with a scheduler makes them ready", async () => {
    await rq.delay("jobs", 2, 600);
    expect(await read()).toMatchObject({ ready: 0, states: { delayed: 2, overdue: 0 }, oldestAgeSeconds: 0 });
    await rq.delay("jobs", 1, 1);
    expect((await read()).ready).toBe(0);
    await eventually(async () => (await read()).states).toMatchObject({ delayed: 2, overdue: 1 });
    expect(await rq.states("jobs")).toMatchObject({ ready: 0, delayed: 3 });
    const [, due = ""] = await redis.zrangebyscore("rq:scheduled:jobs", 0, "+inf", "WITHSCORES");
    await expectAgeSince(Number(due), age);
    await rq.start(["jobs"], 1, ["--with-scheduler"]);
    await eventually(async () => (await read()).states).toMatchObject({ active: 1, delayed: 2, overdue: 0 });
    expect(await age()).toBe(0);
  });

  it("has jobs blocked that wait for others, also when those fail", async () => {
    const first = await rq.put("jobs");
    await rq.put("jobs", { depends_on: first });
    await rq.put("jobs", { depends_on: first });
    expect(await read()).toMatchObject({ ready: 1, states: { blocked: 2, delayed: 0, overdue: 0 } });
    expect(await read()).toMatchObject({ states: { blocked: (await rq.states("jobs")).blocked } });
    await rq.start(["jobs"], 1, ["--burst"]);
    await eventually(async () => (await read()).states).toMatchObject({ active: 1, blocked: 2 });
  });

  it("has jobs overdue that RQ left between blocked and ready", async () => {
    const first = await rq.put("jobs");
    await rq.call("strand", { queue: "jobs", depends_on: first });
    expect(await read()).toMatchObject({ ready: 1, states: { blocked: 0, overdue: 1 }, problems: [] });
  });

  it("does not count what a rate limit holds back", async () => {
    await rq.put("jobs", { limit: 1 });
    await rq.put("jobs", { limit: 1 });
    expect(await read()).toMatchObject({ ready: 1, states: { active: 0, delayed: 0, overdue: 0, blocked: 0 } });
    expect(await redis.zcard("rq:rl:shared:rate_limited")).toBe(1);
  });

  it("has requeued failures ready since they were requeued", async () => {
    const job = await rq.put("jobs");
    const first = await rq.enqueuedAt(job);
    await eventually(age).toBeGreaterThan(1);
    await rq.call("start", { queues: ["jobs"], task: "fail", options: ["--max-jobs", "1"] });
    await eventually(() => read()).toMatchObject({ ready: 0, states: { failed: 1, active: 0 }, oldestAgeSeconds: 0 });
    expect(await rq.states("jobs")).toMatchObject({ ready: 0, failed: 1 });
    await rq.call("requeue", { queue: "jobs" });
    expect(await read()).toMatchObject({ ready: 1, states: { failed: 0 } });
    expect(await rq.enqueuedAt(job)).toBeGreaterThan(first + 1);
    await expectAgeSince(await rq.enqueuedAt(job), age);
  });

  it("drops failures that have expired, although RQ cleans up later", async () => {
    await rq.put("jobs", { failure_ttl: 1 });
    await rq.call("start", { queues: ["jobs"], task: "fail", options: ["--max-jobs", "1"] });
    await eventually(async () => redis.zcard("rq:failed:jobs")).toBe(1);
    await eventually(async () => (await read()).states.failed).toBe(0);
    expect(await redis.zcard("rq:failed:jobs")).toBe(1);
  });

  it("has the workers that are registered for it, and drops those whose heartbeat runs out", async () => {
    expect((await read()).workers).toBe(0);
    await rq.start(["jobs", "mails"], 2);
    await rq.start(["mails"]);
    await eventually(async () => (await read("rq:mails")).workers).toBe(3);
    await eventually(async () => (await read()).workers).toBe(2);
    expect(await rq.alive("jobs")).toBe(2);
    expect((await read("rq:other")).workers).toBe(0);

    // Killed, they are alive to RQ until their keys run out; eight minutes, brought forward.
    await rq.stop("SIGKILL");
    expect((await read()).workers).toBe(await rq.alive("jobs"));
    for (const key of await redis.keys("rq:worker:*")) {
      expect(await redis.ttl(key)).toBeGreaterThan(60);
      await redis.del(key);
    }
    expect(await redis.scard("rq:workers:jobs")).toBe(2);
    expect((await read()).workers).toBe(0);
    expect(await rq.alive("jobs")).toBe(0);
  });

  it("loses a worker that was told to stop at once", async () => {
    await rq.start(["jobs"]);
    await eventually(() => rq.alive("jobs", "idle")).toBe(1);
    expect((await read()).workers).toBe(1);
    await rq.stop("SIGTERM");
    expect((await read()).workers).toBe(0);
  });

  it("is paused while workers are suspended; one that waits for a job takes that one and no more", async () => {
    await rq.call("start", { queues: ["jobs"], task: "fail" });
    await eventually(() => rq.alive("jobs", "idle")).toBe(1);
    await rq.pause();
    await rq.add("jobs", 3);
    await eventually(() => rq.alive("jobs", "suspended")).toBe(1);
    expect(await read()).toMatchObject({ paused: true, ready: 2, states: { failed: 1 }, workers: 1 });
    await rq.resume();
    await eventually(() => read()).toMatchObject({ paused: false, ready: 0, states: { failed: 3 } });
  });

  it("has an active job, of a worker that was killed, until RQ's maintenance", async () => {
    await rq.add("jobs", 1);
    await rq.take("jobs", 1);
    await rq.stop("SIGKILL");
    expect((await read()).states.active).toBe((await rq.states("jobs")).active);
    expect((await read()).states.active).toBe(1);
  });

  it("tells RQ that is not there from a queue that is not there", async () => {
    const reasons = async (queue?: Description) => (await read(queue)).problems.map(({ reason }) => reason);
    expect(await reasons()).toEqual(["framework_missing"]);
    await rq.add("jobs", 1);
    expect(await reasons("rq:jobs")).toEqual([]);
    expect(await reasons("rq:mails")).toEqual(["queue_missing"]);
    expect(await reasons({ layout: "rq", name: "jobs", prefix: "other" })).toEqual(["framework_missing"]);
    await rq.start(["mails"]);
    await eventually(() => rq.alive("mails", "idle")).toBe(1);
    expect(await reasons("rq:mails")).toEqual([]);
    await rq.stop("SIGTERM");
    // Drained, the queue stays known; deleted, it does not.
    await redis.lpop("rq:queue:jobs");
    expect(await reasons("rq:jobs")).toEqual([]);
    await rq.call("delete", { queue: "jobs" });
    expect(await reasons("rq:jobs")).toEqual(["framework_missing"]);
  });

  it("is read under another prefix, and found there", async () => {
    await using prefixed = await startRq(server, { RQ_KEY_PREFIX: "{acme}:rq" });
    const before = Date.now() / 1000;
    await prefixed.add("jobs", 2);
    await prefixed.take("jobs", 1);
    await rq.add("mails", 1);
    const prefix = "{acme}:rq";
    const { ready, states, workers, oldestAgeSeconds } = await read({ layout: "rq", name: "jobs", prefix });
    expect([ready, states.active, workers]).toEqual([await prefixed.ready("jobs"), 1, 1]);
    expect(oldestAgeSeconds).toBeGreaterThan(0);
    expect(oldestAgeSeconds).toBeLessThan(Date.now() / 1000 - before + 0.05);
    expect(await read("rq:jobs")).toMatchObject({ ready: 0, problems: [{ reason: "queue_missing" }] });
    await using found = await openQueues(server.url, { layout: "rq", name: "*", prefix });
    await eventually(() => found.labels()).toEqual(["jobs"]);
    await using others = await openQueues(server.url, "rq:*");
    await eventually(() => others.labels()).toEqual(["mails"]);
  });
});
