import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  startTaskiq,
  type TaskiqOptions,
  type TaskiqQueues,
} from "../../../../test/frameworks/taskiq/taskiq-subject.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { about, type Description, type OpenQueues, openQueues } from "./open-queues.ts";

const stream = { layout: "taskiq", name: "mails", variant: "stream" } as const;

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

async function start(options: TaskiqOptions, ...queues: readonly Description[]): Promise<[TaskiqQueues, OpenQueues]> {
  const taskiq = await startTaskiq(server, options);
  const open = await openQueues(server.url, ...queues);
  onTestFinished(async () => {
    await open[Symbol.asyncDispose]();
    await taskiq[Symbol.asyncDispose]();
  });
  return [taskiq, open];
}

describe("a queue of ListQueueBroker", () => {
  it("has no age without the middleware that stamps its messages", async () => {
    const [taskiq, queues] = await start({ broker: "list", stamped: false }, "taskiq:mails");
    expect(await queues.read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0 });
    await taskiq.add("mails", 2);
    expect(await queues.read()).toMatchObject({ ready: 2, states: {}, oldestAgeSeconds: undefined });
  });

  it("has no age while its oldest message has no stamp, or is above the limit", async () => {
    const limited = { layout: "taskiq", name: "mails", maxPayloadBytes: 2000, label: "limited" };
    const [plain] = await start({ broker: "list", stamped: false });
    const [stamped, queues] = await start({ broker: "list" }, "taskiq:mails", limited);
    const ages = async () => [
      (await queues.read("mails")).oldestAgeSeconds,
      (await queues.read("limited")).oldestAgeSeconds,
    ];
    await stamped.send("mails", 1, { text: "x".repeat(2000) });
    await plain.add("mails", 1);
    await stamped.add("mails", 1);
    expect(await ages()).toEqual([about(0), undefined]);
    await stamped.take("mails", 1);
    expect(await ages()).toEqual([undefined, undefined]);
    await stamped.take("mails", 1);
    expect(await ages()).toEqual([about(0), about(0)]);
  });

  it("follows tasks that a label sends to another queue", async () => {
    const [taskiq, queues] = await start({ broker: "list" }, "taskiq:mails", "taskiq:urgent");
    await taskiq.send("mails", 2, { labels: { queue_name: "urgent" } });
    expect([(await queues.read("mails")).ready, (await queues.read("urgent")).ready]).toEqual([0, 2]);
  });
});

describe("a queue of RedisStreamBroker", () => {
  it("counts messages that are held as active, and finished ones no more, although they stay in the stream", async () => {
    const [taskiq, queues] = await start({ broker: "stream" }, stream);
    await taskiq.add("mails", 5);
    const worker = await taskiq.hold("mails", 3);
    expect(await queues.read()).toMatchObject({ ready: 2, states: { active: 3 }, oldestAgeSeconds: about(0) });
    await taskiq.release(worker);
    expect(await queues.read()).toMatchObject({ ready: 2, states: { active: 0 } });
    expect(await redis.xlen("mails")).toBe(5);
    await taskiq.take("mails", 2);
    expect(await queues.read()).toMatchObject({ ready: 0, states: { active: 2 }, oldestAgeSeconds: 0 });
  });

  it("counts what a worker fetched ahead as active", async () => {
    const [taskiq, queues] = await start({ broker: "stream" }, stream);
    await taskiq.add("mails", 5);
    await taskiq.hold("mails", 1, { xread_count: 4 });
    expect(await queues.read()).toMatchObject({ ready: 1, states: { active: 4 } });
    expect(await taskiq.ready("mails")).toBe(1);
  });

  it("counts a running task that was acknowledged when it was received no more", async () => {
    const [taskiq, queues] = await start({ broker: "stream" }, stream);
    await taskiq.add("mails", 2);
    await taskiq.hold("mails", 1, { ack_type: "when_received" });
    expect(await queues.read()).toMatchObject({ ready: 1, states: { active: 0 } });
  });

  it("keeps counting what a worker that died had taken", async () => {
    const [killed] = await start({ broker: "stream" });
    const [taskiq, queues] = await start({ broker: "stream" }, stream);
    await taskiq.add("mails", 3);
    await killed.take("mails", 2);
    await killed[Symbol.asyncDispose]();
    expect(await queues.read()).toMatchObject({ ready: 1, states: { active: 2 } });
  });

  it("reads the consumer group that it is told", async () => {
    const other = { ...stream, consumerGroup: "archive", label: "archive" };
    const [taskiq, queues] = await start({ broker: "stream" }, stream, other);
    await taskiq.send("mails", 2, { consumer_group_name: "archive" });
    await taskiq.send("mails", 1, {});
    await taskiq.hold("mails", 2, { consumer_group_name: "archive" });
    expect(await queues.read("mails")).toMatchObject({ ready: 1, states: { active: 0 } });
    expect(await queues.read("archive")).toMatchObject({ ready: 1, states: { active: 2 } });
  });

  it("counts only messages that are still there when producers limit the stream", async () => {
    const [taskiq, queues] = await start({ broker: "stream" }, stream);
    await taskiq.send("mails", 9, { maxlen: 4, approximate: false });
    expect(await queues.read()).toMatchObject({ ready: 4, states: { active: 0 } });
    await taskiq.take("mails", 4);
    expect(await queues.read()).toMatchObject({ ready: 0, states: { active: 4 }, oldestAgeSeconds: 0 });
  });

  it("tells a stream or a group that is not there from an empty queue", async () => {
    const wrong = { ...stream, consumerGroup: "wrong", label: "group" };
    const [taskiq, queues] = await start({ broker: "stream" }, stream, wrong, { ...stream, name: "mial" });
    await taskiq.add("mails", 1);
    await taskiq.take("mails", 1);
    expect(await queues.read("mails")).toMatchObject({ ready: 0, problems: [] });
    expect(await queues.read("group")).toMatchObject({
      ready: undefined,
      problems: [expect.objectContaining({ reason: "queue_missing" })],
    });
    expect(await queues.read("mial")).toMatchObject({
      ready: 0,
      problems: [expect.objectContaining({ reason: "queue_missing" })],
    });
  });
});
