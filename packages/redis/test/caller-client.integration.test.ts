import { Redis as Redis6 } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort, type RedisServer, startRedis, startTcpProxy } from "../../../test/services/index.ts";
import { eventually } from "./eventually.ts";
import { type AnyRedis, HEALTH_COMMANDS, heldCommands, ioredisVersions } from "./ioredis-versions.ts";
import { openBroker } from "./open-broker.ts";

const EVENTS = ["ready", "close", "end", "error", "connect"];
const listeners = (client: AnyRedis): number[] => EVENTS.map((event) => client.listenerCount(event));

describe.each(ioredisVersions)("a client of the caller's, of ioredis $major", ({ Redis }) => {
  let server: RedisServer;
  let redis: Redis6;
  const clients: AnyRedis[] = [];

  /** A client as a caller makes it. */
  const make = (options: object = {}, url = server.url): AnyRedis => {
    const client: AnyRedis = new Redis(url, options);
    client.on("error", () => {});
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis6(server.url);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await redis.flushall();
  });

  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it("is used while it is still connecting, and survives the shutdown without a listener of ours", async () => {
    const client = make();
    const before = listeners(client);
    await redis.rpush("jobs", "a");
    const broker = await openBroker(client, ["jobs"]);
    expect(await broker.lengths()).toEqual({ jobs: 1 });
    await broker.shutdown();
    await broker.shutdown();
    expect(await broker.lengths()).toEqual({ jobs: "refused" });
    expect(listeners(client)).toEqual(before);
    expect(await client.ping()).toBe("PONG");
  });

  it.each([
    ["keyPrefix", { keyPrefix: "app:" }],
    ["enableAutoPipelining", { enableAutoPipelining: true }],
    ["stringNumbers", { stringNumbers: true }],
    ["lazyConnect", { lazyConnect: true }],
    ["enableOfflineQueue: false", { enableOfflineQueue: false }],
    ["db", { db: 4 }],
    ["protocol: 3", { protocol: 3 }],
  ])("is used as it is configured: %s", async (_, options) => {
    const client = make(options);
    await using broker = await openBroker(client, ["jobs", "other"]);
    expect(await broker.lengths()).toEqual({ jobs: 0, other: 0 });
    await client.rpush("jobs", "a", "b");
    expect(await broker.lengths()).toEqual({ jobs: 2, other: 0 });
  });

  it("is sent nothing before the first reading when it connects lazily", async () => {
    const client = make({ lazyConnect: true });
    await using _ = await openBroker(client, ["jobs"]);
    expect(client.status).toBe("wait");
  });

  it("is sent nothing while it has no connection", async () => {
    const client = make({ retryStrategy: () => 60_000 }, `redis://127.0.0.1:${await freePort()}`);
    await using broker = await openBroker(client, ["jobs"]);
    await eventually(() => client.status).toBe("reconnecting");
    for (let count = 0; count < 100; count++) expect(await broker.lengths()).toEqual({ jobs: "refused" });
    expect(heldCommands(client)).toBe(0);
  });

  it("may be ended by its owner", async () => {
    const client = make();
    await using broker = await openBroker(client, ["jobs"]);
    expect(await broker.lengths()).toEqual({ jobs: 0 });
    client.disconnect();
    await eventually(() => broker.lengths()).toEqual({ jobs: "refused" });
    expect(client.status).toBe("end");
  });

  it("says that its password is wrong", async () => {
    await using guarded = await startRedis({ password: "right" });
    const client = make({ retryStrategy: () => 50 }, guarded.url.replace(":right@", ":wrong@"));
    await using broker = await openBroker(client, ["jobs"]);
    await eventually(() => broker.lengths()).toEqual({ jobs: "auth" });
  });

  // `commandTimeout` settles a pipeline and leaves its commands in the queue.
  it.each([
    ["plain", {}],
    ["with commandTimeout", { commandTimeout: 2 }],
    ["with enableAutoPipelining", { enableAutoPipelining: true }],
  ])("holds at most one reading through 1 000 of a frozen server: %s", async (_, options) => {
    const client = make({ ...options, maxRetriesPerRequest: null });
    await using broker = await openBroker(client, ["a", "b", "c"], { deadlineMs: 200 });
    await eventually(() => broker.lengths()).toEqual({ a: 0, b: 0, c: 0 });
    server.freeze();
    try {
      for (let count = 0; count < 1000; count++) {
        expect(await broker.lengths()).toEqual({ a: "timeout", b: "timeout", c: "timeout" });
      }
      expect(client.status).toBe("ready");
      expect(heldCommands(client)).toBe(3 + HEALTH_COMMANDS);
    } finally {
      server.resume();
    }
    await eventually(() => broker.lengths()).toEqual({ a: 0, b: 0, c: 0 });
    // With a time-out of 2 ms a reading may be answered after it was given up.
    await eventually(() => heldCommands(client)).toBe(0);
  });

  // Without `autoResendUnfulfilledCommands`, a lost connection drops commands and their promises never settle.
  it.each([true, false])("reads again after its connection broke under a reading, resending: %s", async (resend) => {
    await using proxy = await startTcpProxy({ target: server.url });
    const options = { autoResendUnfulfilledCommands: resend, maxRetriesPerRequest: null, retryStrategy: () => 20 };
    const client = make(options, proxy.url);
    await using broker = await openBroker(client, ["a", "b"], { deadlineMs: 200 });
    await eventually(() => broker.lengths()).toEqual({ a: 0, b: 0 });
    proxy.stall();
    expect(await broker.lengths()).toEqual({ a: "timeout", b: "timeout" });
    proxy.dropAll();
    proxy.resume();
    await eventually(() => broker.lengths()).toEqual({ a: 0, b: 0 });
  });

  it("does not delay a shutdown while its server is frozen and a reading is under way", async () => {
    const client = make();
    const before = listeners(client);
    const broker = await openBroker(client, ["jobs"], { deadlineMs: 60_000 });
    expect(await broker.lengths()).toEqual({ jobs: 0 });
    server.freeze();
    try {
      const reading = broker.lengths();
      await broker.shutdown();
      expect(await reading).toEqual({ jobs: "timeout" });
      expect(listeners(client)).toEqual(before);
    } finally {
      server.resume();
    }
    expect(await client.ping()).toBe("PONG");
  });

  it("is refused at start-up when it is a subscriber", async () => {
    const client = make({ protocol: 2 });
    await client.subscribe("news");
    await expect(openBroker(client, ["jobs"], { path: "brokers.jobs" })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message:
        "brokers.jobs: expected a client that can be asked; this one is in subscriber mode. Give another client, such as client.duplicate(), or a URL.",
    });
  });

  it("is not asked while it is a subscriber later on", async () => {
    const client = make({ protocol: 2 });
    await using broker = await openBroker(client, ["jobs"]);
    expect(await broker.lengths()).toEqual({ jobs: 0 });
    await client.subscribe("news");
    expect((await broker.read()).queues).toEqual([
      { ok: false, queue: "jobs", reason: "error", detail: "the client is in subscriber mode and cannot be asked" },
    ]);
    await client.unsubscribe("news");
    expect(await broker.lengths()).toEqual({ jobs: 0 });
  });
});

it.each([
  [undefined, "undefined"],
  [null, "null"],
  [6379, "6379"],
  [{ host: "localhost" }, "an object"],
  [{ connect() {}, isOpen: true }, "an object"],
])("refuses %j as a client", async (given, shown) => {
  await expect(openBroker(given as unknown as AnyRedis, [])).rejects.toMatchObject({
    code: "INVALID_OPTION",
    message: `redis: got ${shown}; expected a redis:// or rediss:// URL, or a client (Redis or Cluster) of ioredis 5 or 6.`,
  });
});

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 60_001, "250"])(
  "refuses %j as a deadline",
  async (deadlineMs) => {
    await expect(openBroker("redis://localhost", [], { deadlineMs: deadlineMs as number })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/^deadlineMs: got .*; expected a whole number of milliseconds from 1 to 60000\.$/),
    });
  },
);

it("refuses two queues with one label", async () => {
  const client = new Redis6({ lazyConnect: true });
  await expect(openBroker(client, ["a", "a"])).rejects.toMatchObject({ code: "DUPLICATE_QUEUE" });
});
