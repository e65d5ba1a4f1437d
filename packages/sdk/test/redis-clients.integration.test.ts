import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startOtlpReceiver, startRedis, waitUntil } from "../../../test/services/index.ts";
import { startVitals } from "./start-vitals.ts";

let server: RedisServer;
let observer: Redis;

beforeAll(async () => {
  server = await startRedis();
  observer = new Redis(server.url);
  await observer.rpush("jobs", "a", "b");
});

afterAll(async () => {
  observer.disconnect();
  await server.stop();
});

/** The names of the connections that the server has, without the test's own. */
async function connections(): Promise<string[]> {
  const list = String(await observer.client("LIST"));
  const names = [...list.matchAll(/\bid=(\d+) .*?\bname=(\S*)/g)].map(
    ([, id, name]) => [Number(id), name ?? ""] as const,
  );
  const own = await observer.client("ID");
  return names.filter(([id]) => id !== own).map(([, name]) => name);
}

test("a connection of ours is closed at shutdown", async () => {
  const { vitals, scrape } = await startVitals({ redis: server.url, queues: ["list:jobs"] });
  expect((await scrape()).value("task_queue_length", { queue: "jobs" })).toBe(2);
  expect(await connections()).toEqual(["taskvitals"]);
  await vitals.shutdown();
  await waitUntil(async () => (await connections()).length === 0, { what: "the connection to be closed" });
});

test("a REDIS_URL without queues is not connected to, until a queue is added", async () => {
  const { vitals, scrape } = await startVitals({ environment: { REDIS_URL: server.url } });
  await scrape();
  expect(await connections()).toEqual([]);
  vitals.queues.add("list:jobs");
  await expect.poll(async () => (await scrape()).value("task_queue_length", { queue: "jobs" })).toBe(2);
  expect(await connections()).toEqual(["taskvitals"]);
});

const clients = {
  "ioredis 6": () => new Redis(server.url, { connectionName: "caller" }),
  "ioredis 5": () => new Redis5(server.url, { connectionName: "caller" }),
};

test.each(Object.entries(clients))(
  "a client of the caller's, %s, is read through and never closed",
  async (_, connect) => {
    const client = connect();
    onTestFinished(() => client.disconnect());
    const listeners = (): number[] => ["error", "ready", "close", "end"].map((event) => client.listenerCount(event));
    const before = listeners();
    const { vitals, scrape } = await startVitals({ redis: client, queues: ["list:jobs"] });
    expect((await scrape()).value("task_queue_length", { queue: "jobs" })).toBe(2);
    expect(await connections()).toEqual(["caller"]);
    await vitals.shutdown();
    expect(client.status).toBe("ready");
    expect(await client.llen("jobs")).toBe(2);
    expect(listeners()).toEqual(before);
  },
);

test("a start that fails closes what it had opened, and leaves the caller's client alone", async () => {
  const client = new Redis(server.url, { connectionName: "caller" });
  onTestFinished(() => client.disconnect());
  await client.ping();
  const { vitals } = await startVitals();
  const options = { redis: server.url, brokers: { caller: client }, endpoint: { port: vitals.endpoint?.port } };
  await expect(startVitals(options)).rejects.toMatchObject({ code: "PORT_IN_USE" });
  await waitUntil(async () => (await connections()).join() === "caller", {
    what: "only the caller's connection to be left",
  });
  expect(await client.ping()).toBe("PONG");
});

test("a queue added at run time is in the next scrape, and one that was removed is gone from it", async () => {
  const { vitals, scrape } = await startVitals({ redis: server.url, queues: ["list:jobs"] });
  await scrape();
  vitals.queues.add({ layout: "list", name: "jobs", label: "again" });
  expect((await scrape()).series("task_queue_length")).toEqual(
    expect.arrayContaining([{ queue: "jobs" }, { queue: "again" }]),
  );
  vitals.queues.remove("jobs");
  const page = await scrape();
  expect(page.series("task_queue_length")).toEqual([{ queue: "again" }]);
  expect(page.series("task_queue_read_timestamp_seconds")).toEqual([{ queue: "again" }]);
});

test("a queue that was removed is in no later push, however many scrapes came before", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const { vitals, scrape } = await startVitals({
    redis: server.url,
    queues: ["list:jobs", "list:other"],
    otlp: { endpoint: receiver.url, intervalMs: 3_600_000 },
  });
  const pushed = async (): Promise<unknown> => {
    await vitals.flush();
    return receiver
      .metrics("task_queue_length")
      .at(-1)
      ?.points.map(({ labels, value }) => [labels.queue, value]);
  };
  expect(await pushed()).toEqual([
    ["jobs", 2],
    ["other", 0],
  ]);
  await scrape();
  vitals.queues.remove("jobs");
  expect(await pushed()).toEqual([["other", 0]]);
  vitals.queues.remove("other");
  const before = receiver.metrics("task_queue_length").length;
  await scrape();
  await vitals.flush();
  expect(receiver.metrics("task_queue_length")).toHaveLength(before);
});

test("a reading serves scrapes and pushes for up to a second", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  await observer.config("RESETSTAT");
  const { vitals, scrape } = await startVitals({
    redis: server.url,
    queues: ["list:jobs", "list:other"],
    otlp: { endpoint: receiver.url, intervalMs: 3_600_000 },
  });
  const start = performance.now();
  await Promise.all([scrape(), scrape(), vitals.flush(), scrape()]);
  const readings = 1 + Math.floor((performance.now() - start) / 1000);
  const calls = /cmdstat_llen:calls=(\d+)/.exec(await observer.info("commandstats"))?.[1];
  expect(Number(calls)).toBeGreaterThanOrEqual(2);
  expect(Number(calls)).toBeLessThanOrEqual(2 * readings);
});
