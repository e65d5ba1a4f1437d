import type { BrokerReading } from "@taskvitals/core";
import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { type RedisOptions, type RedisServer, startRedis } from "../../../test/services/index.ts";
import { eventually } from "./eventually.ts";
import { BullmqQueues } from "./layouts/bullmq-queues.ts";
import { about } from "./layouts/open-queues.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";
import { startSlowLoader } from "./slow-loader.ts";

const start = async (...args: string[]): Promise<{ server: RedisServer; redis: Redis }> => {
  const options: RedisOptions = { args };
  const server = await startRedis(options);
  const redis = new Redis(server.url).on("error", () => {});
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  return { server, redis };
};

const open = async (server: RedisServer, queues: readonly string[], deadlineMs = 5000): Promise<OpenBroker> => {
  const broker = await openBroker(server.url, [], { deadlineMs });
  onTestFinished(() => broker.shutdown());
  for (const queue of queues) broker.add(parseQueue(queue, "queues"));
  return broker;
};

const reasons = ({ queues }: BrokerReading): unknown => queues.map((queue) => (queue.ok ? queue.ready : queue.reason));

it("goes on reading a server that is full, and shows its limit", async () => {
  const { server, redis } = await start("--maxmemory", "8mb", "--maxmemory-policy", "noeviction");
  const framework = await BullmqQueues.start(6, server);
  onTestFinished(() => framework[Symbol.asyncDispose]());
  await framework.put("mails", { priority: 1 });
  await framework.add("mails", 2);
  const broker = await open(server, ["bullmq:mails", "list:filler"]);
  const fill = async (): Promise<never> => {
    for (;;) await redis.rpush("filler", "x".repeat(100_000));
  };
  await expect(fill()).rejects.toThrow(/^OOM /);
  const filled = await redis.llen("filler");

  const { queues, health } = await broker.read();
  expect(queues).toContainEqual(expect.objectContaining({ queue: "filler", ready: filled, problems: [] }));
  expect(queues).toContainEqual(
    expect.objectContaining({ queue: "mails", ready: 3, oldestAgeSeconds: about(0), paused: false, problems: [] }),
  );
  const limit = 8 * 1024 * 1024;
  expect(health).toMatchObject({ up: true, memoryLimitBytes: limit });
  expect(health?.memoryBytes).toBeGreaterThan(limit - 1_000_000);
});

it("reads a replica, but not once it has lost its master: what it holds is out of date", async () => {
  const { server: master, redis } = await start("--repl-diskless-sync-delay", "0");
  const { server: replica } = await start("--replicaof", "127.0.0.1", String(master.port), "--repl-timeout", "2");
  const framework = await BullmqQueues.start(6, master);
  onTestFinished(() => framework[Symbol.asyncDispose]());
  await framework.put("mails", { priority: 1 });
  await redis.set("done", "7");
  const broker = await open(replica, ["bullmq:mails", "counter:done=task_success_total"]);
  await eventually(async () => reasons(await broker.read())).toEqual([1]);
  await eventually(() => broker.read()).toMatchObject({
    queues: [{ queue: "mails", ready: 1, oldestAgeSeconds: about(0), problems: [] }],
    totals: [{ value: 7 }],
    health: { up: true },
  });

  await master.kill();
  const detail = "the server is a replica that has lost its master: what it holds is out of date";
  await eventually(() => broker.read()).toEqual({
    queues: ["mails", "_ALL"].map((queue) => ({ ok: false, queue, reason: "error", detail })),
    totals: [],
    health: expect.objectContaining({ up: true }),
    unacked: undefined,
  });
  await master.restart();
  await eventually(async () => reasons(await broker.read())).toEqual([0, "key_missing"]);
});

it("says that a server is loading, and that it is not up", async () => {
  const { server, endLoading } = await startSlowLoader();
  const broker = await open(server, ["list:jobs", "bullmq:mails"]);
  expect(await broker.lengths()).toEqual({ jobs: 1, mails: 0 });
  const client = new Redis(server.url, { retryStrategy: () => 20 }).on("error", () => {});
  onTestFinished(() => client.disconnect());
  const patient = await openBroker(client, ["jobs"], { deadlineMs: 500 });
  await eventually(() => patient.lengths()).toEqual({ jobs: 1 });
  const loaded = server.restart();
  await eventually(() => broker.lengths()).toEqual({ jobs: "loading", mails: "loading" });
  expect((await broker.read()).health).toMatchObject({ up: false, pingSeconds: undefined });
  // A client that finds out by itself that the server is loading is not ready before it is through.
  await eventually(() => patient.lengths()).toEqual({ jobs: "timeout" });
  await endLoading();
  await loaded;
  await eventually(async () => [await broker.lengths(), (await broker.read()).health?.up]).toEqual([
    { jobs: 1, mails: 0 },
    true,
  ]);
});

it("knows nothing of a frozen server, not even its memory", async () => {
  const { server, redis } = await start();
  await redis.set("done", "7");
  const broker = await open(server, ["list:jobs", "bullmq:mails", "counter:done=task_success_total"], 300);
  await eventually(async () => (await broker.read()).totals).toHaveLength(1);
  server.freeze();
  try {
    const { queues, totals, health, unacked } = await broker.read();
    expect(queues.map(({ queue, ok }) => [queue, ok]).sort()).toEqual([
      ["_ALL", false],
      ["jobs", false],
      ["mails", false],
    ]);
    expect(reasons({ queues, totals, health, unacked })).toEqual(["timeout", "timeout", "timeout"]);
    expect(totals).toEqual([]);
    expect(health).toEqual({
      up: false,
      pingSeconds: undefined,
      memoryBytes: undefined,
      memoryLimitBytes: undefined,
    });
  } finally {
    server.resume();
  }
  await eventually(async () => (await broker.read()).totals).toMatchObject([{ value: 7 }]);
});
