import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type HueyOptions, type HueyQueues, startHuey } from "../../../../test/frameworks/huey/huey-subject.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { about, type Description, type OpenQueues, openQueues } from "./open-queues.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

beforeEach(async () => {
  const redis = new Redis(server.url);
  await redis.flushall();
  redis.disconnect();
});

afterAll(async () => {
  await server.stop();
});

async function start(options: HueyOptions, ...queues: readonly Description[]): Promise<[HueyQueues, OpenQueues]> {
  const huey = await startHuey(server, options);
  const open = await openQueues(server.url, ...queues);
  onTestFinished(async () => {
    await open[Symbol.asyncDispose]();
    await huey[Symbol.asyncDispose]();
  });
  return [huey, open];
}

describe.each(["RedisHuey", "PriorityRedisHuey"] as const)("a queue of %s", (hueyClass) => {
  it("counts a delayed task as ready until a consumer looked at it, and as delayed from then on", async () => {
    const [huey, queues] = await start({ hueyClass }, "huey:mails");
    await huey.schedule("mails", 600);
    expect(await huey.states("mails")).toEqual({ ready: 1, delayed: 0, overdue: 0 });
    expect(await queues.read()).toMatchObject({ ready: 1, states: { delayed: 0, overdue: 0 } });
    await huey.consume("mails");
    expect(await huey.states("mails")).toEqual({ ready: 0, delayed: 1, overdue: 0 });
    expect(await queues.read()).toMatchObject({ ready: 0, states: { delayed: 1, overdue: 0 }, oldestAgeSeconds: 0 });
  });

  it("counts what is due and was not promoted as overdue, and its age from then", async () => {
    const [huey, queues] = await start({ hueyClass }, "huey:mails");
    await huey.delay("mails", 2, 600);
    await huey.delay("mails", 1, -30);
    await huey.delay("mails", 1, -90);
    expect(await huey.states("mails")).toEqual({ ready: 0, delayed: 2, overdue: 2 });
    expect(await queues.read()).toMatchObject({
      ready: 0,
      states: { delayed: 2, overdue: 2 },
      oldestAgeSeconds: about(90),
    });
  });

  it("counts a task that waits for its retry as delayed", async () => {
    const [huey, queues] = await start({ hueyClass }, "huey:mails");
    await huey.addFailing("mails");
    await huey.consume("mails");
    expect(await huey.states("mails")).toEqual({ ready: 0, delayed: 1, overdue: 0 });
    expect(await queues.read()).toMatchObject({ ready: 0, states: { delayed: 1, overdue: 0 } });
  });

  it("keeps to the letters that Huey keeps of a name, or to all", async () => {
    const all = { layout: "huey", name: "my-mails", cleanName: false, label: "all" };
    const [huey, queues] = await start({ hueyClass }, "huey:my-mails", all);
    const [other] = await start({ hueyClass, cleanName: false });
    await huey.add("my-mails", 1);
    await other.add("my-mails", 2);
    expect(await queues.read("my-mails")).toMatchObject({ ready: 1 });
    expect(await queues.read("all")).toMatchObject({ ready: 2 });
  });

  it.each(["Asia/Tokyo", "America/New_York", "Pacific/Chatham"])(
    "tells overdue from delayed when consumers run in %s",
    async (timeZone) => {
      const [huey, queues] = await start({ hueyClass, timeZone }, { layout: "huey", name: "mails", timeZone });
      await huey.delay("mails", 3, 600);
      await huey.delay("mails", 1, -60);
      expect(await huey.states("mails")).toEqual({ ready: 0, delayed: 3, overdue: 1 });
      expect(await queues.read()).toMatchObject({
        states: { delayed: 3, overdue: 1 },
        oldestAgeSeconds: about(60),
      });
    },
  );

  it("needs no time zone when Huey does not use UTC", async () => {
    const [huey, queues] = await start({ hueyClass, timeZone: "Asia/Tokyo", utc: false }, "huey:mails");
    await huey.delay("mails", 1, 600);
    await huey.delay("mails", 1, -60);
    expect(await huey.states("mails")).toEqual({ ready: 0, delayed: 1, overdue: 1 });
    expect(await queues.read()).toMatchObject({ states: { delayed: 1, overdue: 1 }, oldestAgeSeconds: about(60) });
  });
});

describe("a queue with priorities", () => {
  it("is as old as its oldest task, whatever its priority", async () => {
    const [huey, queues] = await start({ hueyClass: "PriorityRedisHuey" }, "huey:mails");
    const age = async () => (await queues.read()).oldestAgeSeconds;
    await huey.enqueue("mails", { priority: -5 });
    await expect.poll(age).toBeGreaterThan(0.5);
    await huey.enqueue("mails", { priority: 10 });
    await huey.enqueue("mails", {});
    expect(await queues.read()).toMatchObject({ ready: 3 });
    expect(await age()).toBeGreaterThan(0.5);
    await huey.take("mails", 2);
    expect(await queues.read()).toMatchObject({ ready: 1, oldestAgeSeconds: expect.toSatisfy((s) => s > 0.5) });
    await huey.take("mails", 1);
    expect(await queues.read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0 });
  });

  it("looks at the least urgent tasks when there are more priorities than it looks at", async () => {
    const [huey, queues] = await start({ hueyClass: "PriorityRedisHuey" }, "huey:mails");
    const age = async () => (await queues.read()).oldestAgeSeconds;
    await huey.enqueue("mails", { priority: -1 });
    await expect.poll(age).toBeGreaterThan(0.5);
    for (let priority = 0; priority < 40; priority++) await huey.enqueue("mails", { priority });
    expect(await queues.read()).toMatchObject({ ready: 41, oldestAgeSeconds: expect.toSatisfy((s) => s > 0.5) });
  });

  it("reads the age of a task of any size, which never leaves the server", async () => {
    const [huey, queues] = await start({ hueyClass: "PriorityRedisHuey" }, "huey:mails");
    await huey.enqueue("mails", { text: "x".repeat(2_000_000) });
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(await redis.info("stats"))?.[1]);
    const before = await sent();
    expect(await queues.read()).toMatchObject({ ready: 1, oldestAgeSeconds: about(0) });
    expect((await sent()) - before).toBeLessThan(100_000);
  });
});

it("finds queues of every kind, those that are only scheduled included, and none that its names do not allow", async () => {
  const [list] = await start({ hueyClass: "RedisExpireHuey" });
  const [priority] = await start({ hueyClass: "PriorityRedisExpireHuey", cleanName: false });
  await list.add("mails", 2);
  await priority.add("images", 3);
  await priority.add("not-clean", 1);
  await list.delay("later", 1, 600);
  const [, queues] = await start({ hueyClass: "RedisHuey" }, "huey:*");
  await expect.poll(() => queues.labels()).toEqual(["images", "later", "mails"]);
  expect(await queues.read("mails")).toMatchObject({ ready: 2, oldestAgeSeconds: undefined });
  expect(await queues.read("images")).toMatchObject({ ready: 3, oldestAgeSeconds: about(0) });
  expect(await queues.read("later")).toMatchObject({ ready: 0, states: { delayed: 1 } });
});
