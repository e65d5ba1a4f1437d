import type { QueueReading } from "@taskvitals/core";
import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from "../../../test/services/index.ts";
import { BullmqQueues } from "./layouts/bullmq-queues.ts";
import { about } from "./layouts/open-queues.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";

const HOUR_MS = 3_600_000;

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => void (await redis.flushall()));

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const open = async (url: string, queues: readonly string[], options: object = {}): Promise<OpenBroker> => {
  const broker = await openBroker(url, [], options);
  onTestFinished(() => broker.shutdown());
  for (const queue of queues) broker.add(parseQueue(queue, "queues"));
  return broker;
};

const readFirst = async (broker: OpenBroker): Promise<QueueReading> => {
  const [first] = (await broker.read()).queues;
  expect(first).toMatchObject({ ok: true });
  return first as QueueReading;
};

const enqueueLow = async (at: number): Promise<void> => {
  await redis.sadd("queues", "low");
  await redis.lpush("queue:low", JSON.stringify({ enqueued_at: at / 1000 }));
};

describe("a server that is far away", () => {
  /** So many milliseconds there, and as many back. */
  const far = async (milliseconds = 150): Promise<TcpProxy> => {
    const proxy = await startTcpProxy({ target: server.url });
    onTestFinished(() => proxy.close());
    proxy.delay(milliseconds);
    return proxy;
  };

  it("is not read in less time than it takes: each reading is a time-out, and none is 0", async () => {
    await redis.rpush("jobs", "a");
    // Much more than the deadline: what arrives while this process is held up still counts.
    const { url } = await far(2000);
    const broker = await open(url, ["list:jobs", "bullmq:none"], { deadlineMs: 250 });
    for (let count = 0; count < 8; count++) {
      const { queues, health, totals } = await broker.read();
      expect(queues.map((queue) => queue.ok || queue.reason)).toEqual(["timeout", "timeout"]);
      expect(health).toMatchObject({ up: false, pingSeconds: undefined });
      expect(totals).toEqual([]);
    }
  });

  it("is read under a longer deadline, with ages that are right, and shows how far away it is", async () => {
    await enqueueLow(Date.now() - 61_000);
    const { url } = await far();
    const broker = await open(url, ["sidekiq:low"], { deadlineMs: 5000 });
    // The first reading waits for the connection and for the server's time besides.
    for (let count = 0; count < 3; count++) {
      const asked = performance.now();
      const { queues, health } = await broker.read();
      const waited = (performance.now() - asked) / 1000;
      expect(queues).toMatchObject([{ ok: true, ready: 1, oldestAgeSeconds: about(60), problems: [] }]);
      expect(health?.up).toBe(true);
      expect(health?.pingSeconds).toBeGreaterThan(0.29);
      expect(health?.pingSeconds).toBeLessThanOrEqual(waited);
    }
  });

  it("is not taken for farther away while its connection comes about, nor is its time skewed", async () => {
    const { url } = await far();
    const enqueued = performance.now();
    await enqueueLow(Date.now());
    const connecting = performance.now();
    // A client that asks for INFO, and waits for the answer, before it is ready.
    const client = new Redis(url);
    onTestFinished(() => client.disconnect());
    const broker = await openBroker(client, []);
    onTestFinished(() => broker.shutdown());
    broker.add(parseQueue("sidekiq:low", "queues"));
    const { queues, health } = await broker.read();
    const waited = (performance.now() - connecting) / 1000;
    expect(health?.pingSeconds).toBeGreaterThan(0.29);
    // INFO took its time as well.
    expect(health?.pingSeconds).toBeLessThan(waited - 0.29);
    const [low] = queues as readonly QueueReading[];
    expect(low?.oldestAgeSeconds).toBeGreaterThan(0.2);
    expect(low?.oldestAgeSeconds).toBeLessThanOrEqual((performance.now() - enqueued) / 1000);
  });
});

describe("clocks that are an hour off", () => {
  it.each([
    ["ahead", HOUR_MS],
    ["behind", -HOUR_MS],
  ])("does no harm when the reader's is %s", async (_, error) => {
    await using framework = await BullmqQueues.start(6, server);
    await framework.put("mails");
    await framework.put("mails", { delay: 600_000 });
    const broker = await open(server.url, ["bullmq:mails"], { now: () => Date.now() + error });
    expect(await readFirst(broker)).toMatchObject({
      ready: 1,
      states: { delayed: 1, overdue: 0 },
      oldestAgeSeconds: about(0),
    });
  });

  it("leaves the age out when the producer's is ahead, and goes by its stamp when it is behind", async () => {
    await using framework = await BullmqQueues.start(6, server);
    await framework.put("mails", { timestamp: Date.now() + HOUR_MS });
    await enqueueLow(Date.now() + HOUR_MS);
    const broker = await open(server.url, ["bullmq:mails", "sidekiq:low"]);
    const ahead = await broker.read();
    expect(ahead.queues.map((queue) => queue.ok && [queue.ready, queue.oldestAgeSeconds])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);

    await redis.flushall();
    await framework.put("mails", { timestamp: Date.now() - HOUR_MS - 1000 });
    await enqueueLow(Date.now() - HOUR_MS - 1000);
    const behind = await broker.read();
    expect(behind.queues.map((queue) => queue.ok && [queue.ready, queue.oldestAgeSeconds])).toEqual([
      [1, about(3600)],
      [1, about(3600)],
    ]);
  });
});
