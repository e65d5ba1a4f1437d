import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis, startTcpProxy } from "../../../test/services/index.ts";
import { openBroker } from "./open-broker.ts";

const QUEUES = 3000;
const names = Array.from({ length: QUEUES }, (_, index) => `queue-${index}`);

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  await redis.flushall();
  const pipeline = redis.pipeline();
  for (const [index, name] of names.entries()) pipeline.rpush(name, ...Array(1 + (index % 7)).fill("task"));
  await pipeline.exec();
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const expected = (): Record<string, number | string> =>
  Object.fromEntries(names.map((name, index) => [name, 1 + (index % 7)]));

describe.each([
  { through: "a URL", connect: () => server.url },
  { through: "a client of ioredis 5", connect: () => closed(new Redis5(server.url)) },
  { through: "a client of ioredis 6", connect: () => closed(new Redis(server.url)) },
])("thousands of queues through $through", ({ connect }) => {
  it("are each read as they are, and one that is none costs only itself", async () => {
    await redis.set("queue-1234", "a string");
    await using broker = await openBroker(connect(), names);
    expect(await broker.lengths()).toEqual({ ...expected(), "queue-1234": "wrong_type" });
  });
});

it("a reading of thousands of queues keeps its turn to its end", async () => {
  await using broker = await openBroker(server.url, names);
  await broker.read();
  const first = broker.lengths();
  const others: Promise<Record<string, unknown>>[] = [];
  const again = setInterval(() => others.push(broker.lengths()), 1);
  expect(await first).toEqual(expected());
  clearInterval(again);
  expect(others.length).toBeGreaterThan(0);
  for (const other of await Promise.all(others)) {
    for (const [index, name] of names.entries()) expect(["timeout", 1 + (index % 7)]).toContain(other[name]);
  }
});

it("thousands of queues behind a distant server are read in few waits for it", async () => {
  const proxy = await startTcpProxy({ target: server.url });
  onTestFinished(() => proxy.close());
  await using broker = await openBroker(proxy.url, names, { deadlineMs: 30_000 });
  await broker.read();
  // There and back in a second; there are 30 groups of a hundred commands.
  proxy.delay(500);
  const startedAt = performance.now();
  expect(await broker.lengths()).toEqual(expected());
  expect(performance.now() - startedAt).toBeLessThan(8000);
});

it("what many queues share is asked once, in whichever group of them", async () => {
  await redis.sadd("processes", "one", "two", "three");
  for (const process of ["one", "two", "three"]) {
    await redis.hset(process, { info: JSON.stringify({ queues: ["queue-7"] }), quiet: "false" });
  }
  await using broker = await openBroker(server.url, []);
  for (const name of names.slice(0, 400)) broker.add(parseQueue(`sidekiq:${name}`, "queues"));
  await broker.read();
  await redis.config("RESETSTAT");
  const reading = await broker.read();
  const stats = await redis.info("commandstats");
  const calls = (command: string): number => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1]);
  expect(calls("llen")).toBe(400);
  expect(calls("sscan")).toBe(1);
  expect(calls("hmget")).toBe(3);
  const workers = Object.fromEntries(reading.queues.map((queue) => [queue.queue, queue.ok && queue.workers]));
  expect(workers).toMatchObject({ "queue-6": 0, "queue-7": 3, "queue-399": 0 });
});

function closed<T extends Redis | Redis5>(client: T): T {
  onTestFinished(() => client.disconnect());
  return client;
}
