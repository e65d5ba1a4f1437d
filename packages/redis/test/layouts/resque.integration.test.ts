import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  type RedisServer,
  type RunningProcess,
  startProcess,
  startRedis,
  waitUntil,
} from "../../../../test/services/index.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { type OpenQueues, openQueues } from "./open-queues.ts";
import { ResqueQueues } from "./resque-queues.ts";

exerciseQueueReader({
  layout: "resque",
  framework: "node-resque 9.7.1",
  queue: (name) => `resque:${name}`,
  mainKey: (name) => `resque:queue:${name}`,
  names: ["with space", "{tag}:x", "a:b", "star*", "new\nline", "ключ", "🙂"],
  age: "none",
  start: (server) => ResqueQueues.start(server),
});

const PROGRAM = fileURLToPath(new URL("resque-worker-program.ts", import.meta.url));

describe("a queue of Resque", () => {
  let server: RedisServer;
  let redis: Redis;
  let resque: ResqueQueues;
  let queues: OpenQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    resque = await ResqueQueues.start(server);
    queues = await openQueues(server.url, "resque:mails", "resque:acme:mails", "resque:images");
  });
  afterEach(async () => {
    await queues[Symbol.asyncDispose]();
    await resque[Symbol.asyncDispose]();
    await redis.flushall();
  });

  const startWorker = async (name: string, ...of: string[]): Promise<RunningProcess> => {
    const args = [PROGRAM, String(server.port), name, ...of];
    const worker = await startProcess({ command: process.execPath, args, readyWhen: /started/ });
    onTestFinished(async () => void (await worker.stop()));
    return worker;
  };

  it("counts the workers of each queue, however they are named", async () => {
    await resque.start("host:1", ["mails"]);
    await resque.start("host:2", ["images", "mails"]);
    await resque.start("host:3:extra", ["acme:mails"]);
    await resque.start("plain", ["images"]);
    expect(await queues.read("mails")).toMatchObject({ workers: 2 });
    expect(await queues.read("acme:mails")).toMatchObject({ workers: 1 });
    expect(await queues.read("images")).toMatchObject({ workers: 2 });
  });

  it("counts a worker of every queue", async () => {
    await resque.start("host:1", "*");
    // Its ping comes and goes, and so does its name for a moment.
    await expect.poll(async () => (await queues.read("mails")).workers, { interval: 5 }).toBe(1);
    // Once it sees a queue, the worker writes down which queues there are.
    await resque.add("images", 1);
    await waitUntil(() => redis.sismember("resque:workers", "host:1:images"), { what: "the worker to see the queue" });
    await expect.poll(async () => (await queues.read("images")).workers, { interval: 5 }).toBe(1);
  });

  it("loses a worker that was killed, and not the job that it had", async () => {
    await using quick = await openQueues(server.url, { layout: "resque", name: "mails", workerTimeoutSeconds: 6 });
    await resque.add("mails", 2);
    const worker = await startWorker("host:1", "images", "mails");
    await waitUntil(() => /took a job/.test(worker.output()), { what: "the worker to take a job" });
    await startWorker("host:2", "images");
    expect(await quick.read()).toMatchObject({ ready: 1, states: { active: 1 }, workers: 1 });
    worker.kill("SIGKILL");
    await worker.exited;
    await expect.poll(async () => (await quick.read()).workers).toBe(0);
    expect(await resque.states("mails")).toMatchObject({ ready: 1, active: 1 });
    expect(await quick.read()).toMatchObject({ ready: 1, states: { active: 1 } });
    expect(await queues.read("images")).toMatchObject({ workers: 2, states: { active: 0 } });
    await resque.queue.forceCleanWorker("host:1");
    expect(await queues.read("mails")).toMatchObject({ ready: 1, states: { active: 0 }, workers: 0 });
  });

  it("reads the heartbeats of Ruby's workers, and the patterns that their queues may be", async () => {
    // As `data_store.rb` writes them: Ruby's Resque is not to be had here.
    const beat = (ago: number) => new Date(Date.now() - ago).toISOString().replace(/\.\d+Z/, "Z");
    const workers = {
      "web-1:17:mails,images": 5_000,
      "web-1:18:*": 90_000,
      "web-2:19:ma?ls": 0,
      "web-2:20:mails": 400_000,
    };
    for (const [worker, ago] of Object.entries(workers)) {
      await redis.sadd("resque:workers", worker);
      await redis.hset("resque:workers:heartbeat", worker, beat(ago));
    }
    await redis.set("resque:worker:web-1:18:*", JSON.stringify({ queue: "images", run_at: beat(0), payload: {} }));
    expect(await queues.read("mails")).toMatchObject({ workers: 3, states: { active: 0 } });
    expect(await queues.read("images")).toMatchObject({ workers: 2, states: { active: 1 } });
    expect(await queues.read("acme:mails")).toMatchObject({ workers: 1, states: { active: 0 } });
  });

  it("does not open a job above the limit to see whose it is", async () => {
    await resque.queue.enqueue("mails", "hold", ["x".repeat(16_384)]);
    await resque.start("host:1", ["images", "mails"]);
    await waitUntil(async () => (await resque.ready("mails")) === 0, { what: "the job to be taken" });
    expect((await queues.read("mails")).states).toEqual({ active: undefined });
    await using patient = await openQueues(server.url, { layout: "resque", name: "mails", maxPayloadBytes: 20_000 });
    expect((await patient.read()).states).toEqual({ active: 1 });
    // A worker of one queue works for it, whatever the size.
    await resque.queue.enqueue("acme:mails", "hold", ["x".repeat(16_384)]);
    await resque.start("host:2", ["acme:mails"]);
    await waitUntil(async () => (await resque.ready("acme:mails")) === 0, { what: "the job to be taken" });
    expect((await queues.read("acme:mails")).states).toEqual({ active: 1 });
  });

  it("does not count delayed and failed jobs, which Resque keeps for all queues together", async () => {
    await resque.delay("mails", 1, 600);
    await resque.add("mails", 1);
    await resque.start("host:1", ["mails"], "fail");
    await waitUntil(() => resque.queue.failedCount(), { what: "the job to fail" });
    await expect.poll(async () => (await queues.read("mails")).states).toEqual({ active: 0 });
    expect(await queues.read("mails")).toMatchObject({ ready: 0, oldestAgeSeconds: 0 });
  });

  it("tells an absent framework from an absent queue and from one that is empty", async () => {
    expect((await queues.read("mails")).problems).toMatchObject([{ reason: "framework_missing" }]);
    await resque.add("images", 1);
    expect((await queues.read("mails")).problems).toMatchObject([{ reason: "queue_missing" }]);
    expect((await queues.read("images")).problems).toEqual([]);
    await resque.queue.del("images", "hold", ["for the worker alone 0"]);
    expect(await queues.read("images")).toMatchObject({ ready: 0, problems: [] });
  });

  it.each(["acme:prod", ""])("reads the namespace %j, and finds its queues", async (namespace) => {
    await using odd = await ResqueQueues.start(server, namespace);
    await odd.add("a:b", 2);
    await odd.add("mails", 1);
    await resque.add("others", 1);
    await odd.take("mails", 1);
    await using all = await openQueues(server.url, { layout: "resque", name: "*", namespace });
    await expect.poll(() => all.labels()).toEqual(["a:b", "mails"]);
    expect(await all.read("a:b")).toMatchObject({ ready: 2, workers: 0, problems: [] });
    expect(await all.read("mails")).toMatchObject({ ready: 0, workers: 1, states: { active: 1 } });
  });
});
