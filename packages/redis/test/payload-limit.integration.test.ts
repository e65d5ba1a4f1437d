import { parseQueue, type QueueOptions } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import { about } from "./layouts/open-queues.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";
import { countRoundTrips, type RoundTripCounter } from "./round-trip-counter.ts";

let server: RedisServer;
let redis: Redis;
let counter: RoundTripCounter;
let broker: OpenBroker;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  await redis.flushall();
  await redis.sadd("queues", "low");
  counter = await countRoundTrips(server.port);
  broker = await openBroker(counter.url, []);
});

afterEach(async () => {
  await broker.shutdown();
  await counter[Symbol.asyncDispose]();
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** A job of Sidekiq that was enqueued a minute ago, of exactly so many bytes. */
const jobOf = (bytes: number): string => {
  const enqueued_at = Date.now() / 1000 - 61;
  const job = (text: string): string => JSON.stringify({ class: "Mail", args: [text], enqueued_at });
  return job("x".repeat(bytes - job("").length));
};

/** Reads the queue, and counts the bytes that the server sent for it. */
const read = async (queue: string | QueueOptions): Promise<{ reading: unknown; bytes: number }> => {
  broker.add(parseQueue(queue, "queues"));
  counter.takeBytes();
  const [reading] = (await broker.read()).queues;
  return { reading, bytes: counter.takeBytes() };
};

it("takes the age from a job that is just within the limit", async () => {
  const job = jobOf(16_384);
  expect(Buffer.byteLength(job)).toBe(16_384);
  await redis.lpush("queue:low", job);
  const { reading, bytes } = await read("sidekiq:low");
  expect(reading).toMatchObject({ ok: true, ready: 1, oldestAgeSeconds: about(60), problems: [] });
  expect(bytes).toBeGreaterThan(16_384);
});

it.each([16_385, 5_000_000])("never has a job of %i bytes sent, and does not know its age", async (size) => {
  const job = jobOf(size);
  expect(Buffer.byteLength(job)).toBe(size);
  await redis.lpush("queue:low", job);
  const { reading, bytes } = await read("sidekiq:low");
  expect(reading).toMatchObject({ ok: true, ready: 1, oldestAgeSeconds: undefined, problems: [] });
  expect(bytes).toBeLessThan(8192);
});

it("counts the limit in bytes and follows the queue's own", async () => {
  const job = `${jobOf(1000).slice(0, -1)},"text":"${"ä".repeat(100)}"}`;
  const bytes = Buffer.byteLength(job);
  await redis.lpush("queue:low", job);
  const within = await read({ layout: "sidekiq", name: "low", maxPayloadBytes: bytes });
  expect(within.reading).toMatchObject({ ready: 1, oldestAgeSeconds: about(60) });
  broker.remove("low");
  const above = await read({ layout: "sidekiq", name: "low", maxPayloadBytes: bytes - 1 });
  expect(above.reading).toMatchObject({ ready: 1, oldestAgeSeconds: undefined });
});
