import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type DramatiqQueues,
  dramatiqSubject,
  startDramatiq,
} from "../../../../test/frameworks/dramatiq/dramatiq-subject.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { dramatiq as layout } from "../../src/layouts/dramatiq.ts";
import { eventually } from "../eventually.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { about, type Description, expectAgeSince, openQueues } from "./open-queues.ts";

exerciseQueueReader(dramatiqSubject);

describe("a queue of Dramatiq", () => {
  let server: RedisServer;
  let redis: Redis;
  let dramatiq: DramatiqQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    dramatiq = await startDramatiq(server);
  });
  afterEach(async () => {
    await dramatiq.stop("SIGKILL");
    await redis.flushall();
  });
  afterAll(async () => {
    await dramatiq?.[Symbol.asyncDispose]();
    redis.disconnect();
    await server.stop();
  });

  const read = async (queue: Description = "dramatiq:jobs") => {
    await using queues = await openQueues(server.url, queue);
    return await queues.read();
  };
  const age = async (): Promise<number | undefined> => (await read()).oldestAgeSeconds;

  /** The message that is taken next. */
  const next = async () => {
    const id = await redis.lindex("dramatiq:jobs", 0);
    return JSON.parse((await redis.hget("dramatiq:jobs.msgs", id ?? "")) ?? "");
  };

  it("is read on the version that the layout names", () => {
    expect(dramatiq.version).toBe(layout.verifiedOn);
  });

  it("has each message in one state, and all that Dramatiq counts between them", async () => {
    await dramatiq.add("jobs", 5);
    await dramatiq.delay("jobs", 2, 600);
    expect(await read()).toMatchObject({ ready: 5, states: { active: 0, delayed: 2, failed: 0 } });
    await dramatiq.take("jobs", 3);
    expect(await read()).toMatchObject({ ready: 2, states: { active: 3, delayed: 2, failed: 0 } });
    expect(await dramatiq.size("jobs")).toBe(2 + 3 + 2);
    // What a worker held that was killed stays active: another one puts it back, a minute later at the earliest.
    await dramatiq.stop("SIGKILL");
    expect(await read()).toMatchObject({ ready: await dramatiq.ready("jobs"), states: { active: 3 } });
  });

  it("counts delayed messages also when a worker holds them in its memory", async () => {
    await dramatiq.delay("jobs", 3, 600);
    await dramatiq.start("jobs", 8);
    await eventually(() => redis.llen("dramatiq:jobs.DQ")).toBe(0);
    expect(await read()).toMatchObject({ ready: 0, states: { active: 0, delayed: 3 }, oldestAgeSeconds: 0 });
    expect(await dramatiq.size("jobs")).toBe(3);
  });

  it("has what is due delayed until a worker makes it ready; the delay is then part of its age", async () => {
    await dramatiq.delay("jobs", 1, 1);
    const [message = ""] = await redis.hvals("dramatiq:jobs.DQ.msgs");
    await eventually(() => Date.now()).toBeGreaterThan(JSON.parse(message).options.eta);
    expect((await read()).states).toEqual({ active: 0, delayed: 1, failed: 0 });
    // It fetches the one message there is from the delayed queue, and none when it has made that ready.
    await dramatiq.start("jobs", 1);
    await eventually(() => read()).toMatchObject({ ready: 1, states: { active: 0, delayed: 0 } });
    expect(await age()).toBeGreaterThan(1);
  });

  it("keeps what failed for good, and has what is tried again among the delayed", async () => {
    await dramatiq.add("jobs", 2);
    await dramatiq.start("jobs", 2, { task: "fail" });
    await eventually(() => read()).toMatchObject({ ready: 0, states: { active: 0, delayed: 0, failed: 2 } });
    await dramatiq.stop("SIGKILL");
    await dramatiq.add("jobs", 1);
    await dramatiq.start("jobs", 1, { task: "fail", retries: 3 });
    await eventually(() => read()).toMatchObject({ ready: 0, states: { active: 0, delayed: 1, failed: 2 } });
    expect(await age()).toBe(0);
  });

  it("has a message that failed ready since it failed", async () => {
    await dramatiq.add("jobs", 1);
    await eventually(age).toBeGreaterThan(1);
    await dramatiq.start("jobs", 1, { task: "fail", retries: 1, backoff: 1 });
    await eventually(() => read()).toMatchObject({ ready: 0, states: { delayed: 1 } });
    await dramatiq.start("jobs", 1);
    await eventually(() => read()).toMatchObject({ ready: 1, states: { delayed: 0 } });
    const { message_timestamp: sentAt, options } = await next();
    expect(options.requeue_timestamp).toBeGreaterThan(sentAt + 1000);
    await expectAgeSince(options.requeue_timestamp / 1000, age);
  });

  it("is older than its newer messages, and as old as the one that is taken next", async () => {
    await dramatiq.add("jobs", 1);
    await eventually(age).toBeGreaterThan(1);
    await dramatiq.add("jobs", 2);
    const { message_timestamp: first } = await next();
    await expectAgeSince(first / 1000, age);
    await dramatiq.take("jobs", 1);
    const { message_timestamp: second } = await next();
    expect(second).toBeGreaterThan(first + 1000);
    await expectAgeSince(second / 1000, age);
  });

  it("does not look at a message above the limit, and knows no age then", async () => {
    await dramatiq.put("jobs", { text: "x".repeat(1000) });
    const [message = ""] = await redis.hvals("dramatiq:jobs.msgs");
    const limited = (maxPayloadBytes: number) => read({ layout: "dramatiq", name: "jobs", maxPayloadBytes });
    expect((await limited(message.length)).oldestAgeSeconds).toEqual(about(0));
    expect(await limited(message.length - 1)).toMatchObject({ ready: 1, oldestAgeSeconds: undefined, problems: [] });
  });

  it("reports no workers: heartbeats are those of producers as well", async () => {
    await dramatiq.add("jobs", 1);
    expect(await redis.zcard("dramatiq:__heartbeats__")).toBe(1);
    expect((await read()).workers).toBeUndefined();
  });

  it("tells Dramatiq that is not there from a queue that is empty", async () => {
    const reasons = async (queue?: Description) => (await read(queue)).problems.map(({ reason }) => reason);
    expect(await reasons()).toEqual(["framework_missing"]);
    await dramatiq.add("mails", 1);
    await redis.del("dramatiq:mails", "dramatiq:mails.msgs");
    expect(await reasons("dramatiq:mails")).toEqual([]);
    expect(await reasons("dramatiq:never-used")).toEqual([]);
    expect(await reasons({ layout: "dramatiq", name: "mails", namespace: "other" })).toEqual(["framework_missing"]);
  });

  it("is read in another namespace, and found there", async () => {
    const namespace = "acme[1]";
    await using acme = await startDramatiq(server, namespace);
    const before = Date.now() / 1000;
    await acme.add("jobs", 3);
    await acme.take("jobs", 1);
    await acme.delay("later", 1, 600);
    await acme.fail("broken", 1);
    const { ready, states, oldestAgeSeconds } = await read({ layout: "dramatiq", name: "jobs", namespace });
    expect([ready, states.active]).toEqual([await acme.ready("jobs"), 1]);
    expect(oldestAgeSeconds).toBeGreaterThan(0);
    expect(oldestAgeSeconds).toBeLessThan(Date.now() / 1000 - before + 0.05);
    expect(await read()).toMatchObject({ ready: 0, problems: [{ reason: "framework_missing" }] });
    await using found = await openQueues(server.url, { layout: "dramatiq", name: "*", namespace });
    await eventually(() => found.labels()).toEqual(["broken", "jobs", "later"]);
  });
});
