import type { BrokerReading, QueueReading } from "@taskvitals/core";
import { createRedisBroker, parseQueue, type RedisBroker } from "@taskvitals/redis";
import { Queue } from "bullmq";
import { Cluster } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from "vitest";
import {
  capture,
  type RedisCluster,
  startRedisCluster,
  startTcpProxy,
  waitUntil,
} from "../../../test/services/index.ts";
import { keySlot } from "../src/key-slot.ts";
import { eventually } from "./eventually.ts";
import { about } from "./layouts/open-queues.ts";
import { countRoundTrips } from "./round-trip-counter.ts";

let cluster: RedisCluster;
/** One hash tag per node, and queues of BullMQ under each. */
let tags: readonly string[];
let queues: readonly Queue[] = [];
const clients: Cluster[] = [];

const connect = (options: object = {}): Cluster => {
  const client = new Cluster([...cluster.startupNodes], options);
  client.on("error", () => {});
  clients.push(client);
  return client;
};

/** Runs a command on every node. */
const onEachNode = async (...args: string[]): Promise<void> => {
  for (const { port } of cluster.nodes) {
    const { exitCode, stderr } = await capture("redis-cli", ["-p", String(port), ...args]);
    expect(exitCode, stderr).toBe(0);
  }
};

const open = async (
  client: Cluster,
  descriptions: readonly (string | Readonly<Record<string, string>>)[],
  deadlineMs = 5000,
): Promise<RedisBroker> => {
  const broker = await createRedisBroker(
    { name: "default", connection: client, deadlineMs, path: "redis" },
    { onProblem: (_, message) => expect.fail(message) },
  );
  onTestFinished(() => broker.shutdown());
  for (const description of descriptions) broker.add(parseQueue(description as string, "queues"));
  return broker;
};

const ofBullmq = (): Readonly<Record<string, string>>[] =>
  tags.map((tag) => ({ layout: "bullmq", name: "emails", prefix: `{${tag}}`, label: tag }));

const lengths = ({ queues }: BrokerReading): Record<string, number | string | undefined> =>
  Object.fromEntries(queues.map((found) => [found.queue, found.ok ? found.ready : found.reason]));

const byTag = (values: readonly (number | string)[]): Record<string, number | string | undefined> =>
  Object.fromEntries(tags.map((tag, index) => [tag, values[index]]));

beforeAll(async () => {
  cluster = await startRedisCluster();
  await onEachNode("config", "set", "cluster-require-full-coverage", "no");
  const client = connect();
  await waitUntil(() => client.status === "ready", { what: "the client" });
  const served = (tag: string): string | undefined => client.slots[keySlot(tag)]?.[0];
  const candidates = Array.from({ length: 100 }, (_, index) => `acme${index}`);
  tags = cluster.nodes.map(({ host, port }) => candidates.find((tag) => served(tag) === `${host}:${port}`) as string);
});

afterEach(async () => {
  await Promise.all(queues.map((queue) => queue.close()));
  queues = [];
  for (const client of clients.splice(0)) client.disconnect();
  await onEachNode("flushall");
});

afterAll(() => cluster.stop());

/** One, two and three jobs on the three nodes. */
const addJobs = async (): Promise<void> => {
  queues = tags.map((tag) => new Queue("emails", { connection: connect(), prefix: `{${tag}}` }));
  for (const [index, queue] of queues.entries()) {
    queue.on("error", () => {});
    for (let count = 0; count <= index; count++) await queue.add("send", {});
  }
};

it("reads queues of several frameworks wherever their keys are, as BullMQ counts its own", async () => {
  await addJobs();
  await queues[0]?.add("send", {}, { priority: 2 });
  await queues[1]?.add("send", {}, { delay: 600_000 });
  await queues[2]?.pause();
  const redis = connect();
  const seconds = Date.now() / 1000;
  await redis.sadd("queues", "low");
  await redis.lpush("queue:low", JSON.stringify({ class: "Mail", args: [], enqueued_at: seconds - 31 }));
  await redis.sadd("rq:queues", "rq:queue:default");
  await redis.rpush("rq:queue:default", "job-1", "job-2");
  await redis.hset("rq:job:job-1", "enqueued_at", new Date((seconds - 21) * 1000).toISOString());
  await redis.hset("rq:job:job-2", "enqueued_at", new Date((seconds - 10) * 1000).toISOString());
  await redis.rpush("plain", "a", "b", "c");

  const broker = await open(redis, [...ofBullmq(), "sidekiq:low", "rq:default", "list:plain"]);
  await broker.read();
  const { queues: found, health } = await broker.read();
  const read = Object.fromEntries(found.map((one) => [one.queue, one as QueueReading]));
  expect(found.map(({ queue, ok }) => [queue, ok])).toEqual(found.map(({ queue }) => [queue, true]));
  expect(read[tags[0] as string]).toMatchObject({ ready: 2, oldestAgeSeconds: about(0), problems: [] });
  expect(read[tags[1] as string]).toMatchObject({ ready: 2, states: { delayed: 1, overdue: 0 }, paused: false });
  expect(read[tags[2] as string]).toMatchObject({ ready: 3, paused: true, problems: [] });
  for (const [index, queue] of queues.entries()) {
    const { waiting = 0, prioritized = 0, delayed } = await queue.getJobCounts();
    expect(read[tags[index] as string]).toMatchObject({ ready: waiting + prioritized, states: { delayed } });
  }
  expect(read.low).toMatchObject({ ready: 1, oldestAgeSeconds: about(30), problems: [] });
  expect(read.default).toMatchObject({ ready: 2, oldestAgeSeconds: about(20), workers: 0, problems: [] });
  expect(read.plain).toMatchObject({ ready: 3 });
  expect(health).toMatchObject({ up: true, pingSeconds: about(0), memoryLimitBytes: undefined });
});

it("takes two round trips to each node, side by side", async () => {
  await addJobs();
  const counters = await Promise.all(cluster.nodes.map(({ port }) => countRoundTrips(port)));
  onTestFinished(async () => void (await Promise.all(counters.map((counter) => counter[Symbol.asyncDispose]()))));
  const behind = (index: number): { host: string; port: number } => ({
    host: "127.0.0.1",
    port: Number(new URL(counters[index]?.url ?? "").port),
  });
  const natMap = Object.fromEntries(cluster.nodes.map(({ host, port }, index) => [`${host}:${port}`, behind(index)]));
  // The client's own look at the slots would be another trip.
  const broker = await open(connect({ natMap, slotsRefreshInterval: 3_600_000 }), ofBullmq());
  await eventually(async () => lengths(await broker.read())).toEqual(byTag([1, 2, 3]));
  // A connection that the client opens late, for its own purposes, is another trip as well, once.
  await eventually(async () => {
    for (const counter of counters) counter.take();
    await broker.read();
    return counters.map((counter) => counter.take());
  }).toEqual([2, 2, 2]);
});

it("asks all nodes at once under one deadline, and loses only the queues of a node that says nothing", async () => {
  await addJobs();
  const proxies = await Promise.all(cluster.nodes.map(({ url }) => startTcpProxy({ target: url })));
  onTestFinished(async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))));
  const natMap = Object.fromEntries(
    cluster.nodes.map(({ host, port }, index) => [
      `${host}:${port}`,
      { host: "127.0.0.1", port: proxies[index]?.port as number },
    ]),
  );
  const broker = await open(connect({ natMap }), ofBullmq(), 3000);
  await eventually(async () => lengths(await broker.read())).toEqual(byTag([1, 2, 3]));

  // Two rounds of 600 ms; one node after the other would take more than three seconds.
  for (const proxy of proxies) proxy.delay(300);
  const far = await broker.read();
  expect(lengths(far)).toEqual(byTag([1, 2, 3]));
  expect(far.queues.every((queue) => queue.ok && queue.oldestAgeSeconds !== undefined)).toBe(true);
  expect(far.health?.pingSeconds).toBeGreaterThan(0.59);

  for (const proxy of proxies) proxy.delay(0);
  proxies[1]?.stall();
  const start = performance.now();
  const { health, ...reading } = await broker.read();
  expect(performance.now() - start).toBeLessThan(6000);
  expect(lengths({ health, ...reading })).toEqual(byTag([1, "timeout", 3]));
  // The second round of the others did not wait for it.
  const others = reading.queues.filter((queue) => queue.ok);
  expect(others.map(({ oldestAgeSeconds, problems }) => [oldestAgeSeconds !== undefined, problems])).toEqual([
    [true, []],
    [true, []],
  ]);
  expect(health?.up).toBe(false);
  proxies[1]?.resume();
  await eventually(async () => lengths(await broker.read())).toEqual(byTag([1, 2, 3]));
});

it("follows a slot that moves where the nodes are reached under other addresses than they know", async () => {
  const proxies = await Promise.all(cluster.nodes.map(({ url }) => startTcpProxy({ target: url })));
  onTestFinished(async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))));
  const natMap = (node: string): { host: string; port: number } | null => {
    const index = cluster.nodes.findIndex(({ host, port }) => `${host}:${port}` === node);
    return index === -1 ? null : { host: "127.0.0.1", port: proxies[index]?.port as number };
  };
  const client = connect({ natMap });
  const key = tags[0] as string;
  await client.rpush(key, "x", "y");
  const broker = await open(client, [`list:${key}`]);
  await eventually(async () => lengths(await broker.read())).toEqual({ [key]: 2 });
  const cli = async (node: number, ...args: string[]): Promise<string> =>
    (await capture("redis-cli", ["-p", String(cluster.nodes[node]?.port), ...args])).stdout.trim();
  const slot = String(keySlot(key));
  const [sourceId, targetId] = [await cli(0, "cluster", "myid"), await cli(1, "cluster", "myid")];
  const move = async (from: number, to: number, fromId: string, toId: string): Promise<void> => {
    await cli(to, "cluster", "setslot", slot, "importing", fromId);
    await cli(from, "cluster", "setslot", slot, "migrating", toId);
    await cli(from, "migrate", "127.0.0.1", String(cluster.nodes[to]?.port), key, "0", "5000");
    expect(lengths(await broker.read())).toEqual({ [key]: 2 });
    for (const node of [to, from]) await cli(node, "cluster", "setslot", slot, "node", toId);
    expect(lengths(await broker.read())).toEqual({ [key]: 2 });
  };
  await move(0, 1, sourceId, targetId);
  await move(1, 0, targetId, sourceId);
});

it("is down while a master is, and reads on what the others hold", async () => {
  await addJobs();
  const broker = await open(connect(), ofBullmq());
  await eventually(async () => lengths(await broker.read())).toEqual(byTag([1, 2, 3]));
  expect((await broker.read()).health?.up).toBe(true);
  await cluster.nodes[2]?.kill();
  try {
    await eventually(async () => lengths(await broker.read())).toEqual(byTag([1, 2, "refused"]));
    const { health } = await broker.read();
    expect(health).toMatchObject({ up: false, pingSeconds: about(0), memoryBytes: expect.any(Number) });
  } finally {
    await cluster.nodes[2]?.restart();
  }
  await onEachNode("config", "set", "cluster-require-full-coverage", "no");
  await eventually(async () => {
    const reading = await broker.read();
    return [reading.health?.up, lengths(reading)];
  }).toEqual([true, byTag([1, 2, 0])]);
});

it.each([
  ["another password", "wrong", "the server refuses the user or the password"],
  ["more rights", "right", "the user may not do what connecting takes"],
])("says that the nodes want %s", async (_, password, detail) => {
  await onEachNode("acl", "setuser", "reader", "reset", "on", ">right", "~*", "+llen", "+info", "+ping", "+time");
  const redisOptions = { username: "reader", password };
  const broker = await open(connect({ redisOptions, clusterRetryStrategy: () => 50 }), ["list:plain"], 1500);
  await eventually(() => broker.read()).toMatchObject({
    queues: [{ ok: false, queue: "plain", reason: "auth", detail }],
    health: { up: false },
  });
  await onEachNode("acl", "setuser", "reader", "+cluster|slots", "+cluster|info", ">wrong");
  await eventually(async () => lengths(await broker.read())).toEqual({ plain: 0 });
});

it("shows the memory of the node that is nearest to its limit", async () => {
  const config = (node: number, limit: string): Promise<unknown> =>
    capture("redis-cli", ["-p", String(cluster.nodes[node]?.port), "config", "set", "maxmemory", limit]);
  await config(0, "1gb");
  await config(1, "64mb");
  onTestFinished(() => onEachNode("config", "set", "maxmemory", "0"));
  const client = connect();
  // More than the others hold, and nothing of a gigabyte.
  await client.set(`{${tags[0]}}`, "x".repeat(8_000_000));
  const broker = await open(client, []);
  await eventually(async () => (await broker.read()).health?.memoryLimitBytes).toBe(64 * 1024 * 1024);
  expect((await broker.read()).health?.memoryBytes).toBeLessThan(8_000_000);
});

it("finds the queues of a prefix on whichever nodes they are, and says when one of the nodes cannot be asked", async () => {
  const connection = connect();
  queues = tags.map((tag) => new Queue(`{${tag}}`, { connection }));
  for (const queue of queues) await queue.add("send", {});
  const broker = await open(connect(), ["bullmq:*"], 1000);
  const expected = Object.fromEntries(tags.map((tag) => [`{${tag}}`, 1]));
  await eventually(async () => lengths(await broker.read())).toEqual(expected);

  await cluster.nodes[0]?.kill();
  try {
    const late = await open(connect(), ["bullmq:*"], 1000);
    const rest = { [`{${tags[1]}}`]: 1, [`{${tags[2]}}`]: 1 };
    await eventually(async () => lengths(await late.read())).toEqual({ ...rest, "bullmq:*": "refused" });
  } finally {
    await cluster.nodes[0]?.restart();
  }
  await onEachNode("config", "set", "cluster-require-full-coverage", "no");
});
