import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";
import { type ArqQueues, startArq } from "../../../../test/frameworks/arq/arq-subject.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { about, type Description, type OpenQueues, openQueues } from "./open-queues.ts";

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  await redis.flushall();
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function start(...queues: readonly Description[]): Promise<[ArqQueues, OpenQueues]> {
  const arq = await startArq(server);
  const open = await openQueues(server.url, ...queues);
  onTestFinished(async () => {
    await open[Symbol.asyncDispose]();
    await arq[Symbol.asyncDispose]();
  });
  return [arq, open];
}

it("tells ready, running and deferred jobs of one sorted set apart, as Arq does", async () => {
  const [arq, queues] = await start("arq:mails", "arq:other");
  await arq.add("mails", 4);
  await arq.delay("mails", 3, 600);
  await arq.take("mails", 2);
  const states = { ready: 2, active: 2, delayed: 3 };
  expect(await arq.states("mails")).toEqual(states);
  expect(await redis.zcard("mails")).toBe(7);
  const { ready, ...rest } = states;
  expect(await queues.read("mails")).toMatchObject({ ready, states: rest, oldestAgeSeconds: about(0) });
  expect(await queues.read("other")).toMatchObject({
    ready: 0,
    states: { active: 0, delayed: 0 },
    oldestAgeSeconds: 0,
  });
});

it("makes a deferred job ready when it is due, and as old as that", async () => {
  const [arq, queues] = await start("arq:mails");
  await arq.delay("mails", 1, 600);
  expect(await queues.read()).toMatchObject({ ready: 0, states: { delayed: 1 }, oldestAgeSeconds: 0 });
  await arq.delay("mails", 1, 0.3);
  await expect.poll(async () => (await queues.read()).ready).toBe(1);
  await arq.delay("mails", 1, -120);
  expect(await arq.states("mails")).toEqual({ ready: 2, active: 0, delayed: 1 });
  expect(await queues.read()).toMatchObject({ ready: 2, states: { delayed: 1 }, oldestAgeSeconds: about(120) });
});

it("does not take the age of a job that is running for that of a ready one", async () => {
  const [arq, queues] = await start("arq:mails");
  await arq.delay("mails", 1, -600);
  await arq.delay("mails", 1, -60);
  expect((await queues.read()).oldestAgeSeconds).toEqual(about(600));
  await arq.take("mails", 1);
  expect(await queues.read()).toMatchObject({ ready: 1, states: { active: 1 }, oldestAgeSeconds: about(60) });
  await arq.take("mails", 1);
  expect(await queues.read()).toMatchObject({ ready: 0, states: { active: 2 }, oldestAgeSeconds: 0 });
});

it("counts a job that waits for its retry as delayed", async () => {
  const [arq, queues] = await start("arq:mails");
  await arq.enqueue("mails", 1, { function: "retry", args: [600] });
  await arq.burst("mails");
  expect(await arq.states("mails")).toEqual({ ready: 0, active: 0, delayed: 1 });
  expect(await queues.read()).toMatchObject({ ready: 0, states: { active: 0, delayed: 1 }, oldestAgeSeconds: 0 });
});

it("takes no age from a deferred job that was aborted, which Arq makes ready as of 1970", async () => {
  const [arq, queues] = await start("arq:mails");
  const [job = ""] = await arq.enqueue("mails", 1, { _defer_by: 600 });
  await arq.abort("mails", job);
  expect(await redis.zscore("mails", job)).toBe("1");
  expect(await arq.states("mails")).toEqual({ ready: 1, active: 0, delayed: 0 });
  expect(await queues.read()).toMatchObject({ ready: 1, states: { delayed: 0 }, oldestAgeSeconds: undefined });
  await arq.delay("mails", 1, -60);
  expect(await queues.read()).toMatchObject({ ready: 2, oldestAgeSeconds: about(60) });
});

it("counts what a worker gave back as ready, and what a killed one held as active until its keys expire", async () => {
  const [arq, queues] = await start("arq:mails");
  const [killed] = await start();
  await arq.add("mails", 2);
  await arq.close(await arq.hold("mails", 1));
  expect(await queues.read()).toMatchObject({ ready: 2, states: { active: 0 } });
  await killed.take("mails", 1);
  await killed[Symbol.asyncDispose]();
  expect(await queues.read()).toMatchObject({ ready: 1, states: { active: 1 } });
  for (const key of await redis.keys("arq:in-progress:*")) await redis.pexpire(key, 1);
  await expect.poll(async () => (await queues.read()).ready).toBe(2);
  expect(await arq.states("mails")).toEqual({ ready: 2, active: 0, delayed: 0 });
});

it("is exact beyond the jobs that it looks up, and told to look further also when running jobs lie beyond", async () => {
  const [arq, queues] = await start(
    { layout: "arq", name: "mails", queueReadLimit: 3, label: "narrow" },
    { layout: "arq", name: "mails", queueReadLimit: 1000, label: "wide" },
  );
  await arq.add("mails", 250);
  await arq.take("mails", 2);
  const states = { ready: 248, active: 2, delayed: 0 };
  expect(await arq.states("mails")).toEqual(states);
  const { ready, ...rest } = states;
  expect(await queues.read("narrow")).toMatchObject({ ready, states: rest });
  // Due before the running ones, and added after they were taken.
  await arq.delay("mails", 3, -60);
  expect(await queues.read("narrow")).toMatchObject({ ready: 253, states: { active: 0 } });
  expect(await queues.read("wide")).toMatchObject({ ready: 251, states: { active: 2 }, oldestAgeSeconds: about(60) });
});

it("finds running jobs with any id that an application chose", async () => {
  const [arq, queues] = await start("arq:mails");
  for (const id of ["with space", "новый\nдень", "{tag}:*"]) await arq.enqueue("mails", 1, { _job_id: id });
  await arq.take("mails", 2);
  expect(await arq.states("mails")).toEqual({ ready: 1, active: 2, delayed: 0 });
  expect(await queues.read()).toMatchObject({ ready: 1, states: { active: 2 } });
});
