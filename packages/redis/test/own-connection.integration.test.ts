import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  freePort,
  type RedisServer,
  startRedis,
  startRedisCluster,
  startTcpProxy,
} from "../../../test/services/index.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { eventually } from "./eventually.ts";
import { HEALTH_COMMANDS, heldCommands, ioredisVersions, recordingIoredis } from "./ioredis-versions.ts";
import { openBroker } from "./open-broker.ts";
import { countRoundTrips } from "./round-trip-counter.ts";
import { startSlowLoader } from "./slow-loader.ts";

describe.each(ioredisVersions)("a connection of our own, made by ioredis $major", (version) => {
  let server: RedisServer;
  let redis: Redis;
  const importIoredis = async (): Promise<unknown> => version;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });

  beforeEach(async () => void (await redis.flushall()));

  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it("reads all queues in one round trip, with one command each beside those for the health of the server", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `queue-${index}`);
    await using counter = await countRoundTrips(server.port);
    await using broker = await openBroker(counter.url, names, { importIoredis });
    await redis.rpush("queue-7", "a", "b");
    await broker.lengths();
    counter.take();
    await redis.config("RESETSTAT");

    expect(await broker.lengths()).toMatchObject({ "queue-6": 0, "queue-7": 2 });

    expect(counter.take()).toBe(1);
    const commands = [...(await redis.info("commandstats")).matchAll(/cmdstat_(\S+):calls=(\d+)/g)].map((match) =>
      match.slice(1),
    );
    expect(Object.fromEntries(commands)).toMatchObject({ llen: "100" });
    expect(commands.map(([name]) => name).sort()).toEqual(["config|resetstat", "info", "llen", "ping", "time"]);
  });

  it("is named taskvitals on the server", async () => {
    await using broker = await openBroker(server.url, ["jobs"], { importIoredis });
    await broker.read();
    expect(await redis.client("LIST")).toMatch(/ name=taskvitals /);
  });

  it("reads the database of the URL", async () => {
    await redis.rpush("jobs", "in database 0");
    await using broker = await openBroker(`${server.url}/3`, ["jobs"], { importIoredis });
    expect(await broker.lengths()).toEqual({ jobs: 0 });
    await redis.pipeline().select(3).rpush("jobs", "a", "b").select(0).exec();
    expect(await broker.lengths()).toEqual({ jobs: 2 });
  });

  it("reads nothing when the server does not have the database, instead of another one", async () => {
    await redis.rpush("jobs", "in database 0");
    await using broker = await openBroker(`${server.url}/99`, ["jobs"], { importIoredis });
    expect((await broker.read()).queues).toEqual([
      { ok: false, queue: "jobs", reason: "error", detail: "the server refuses the number of the database" },
    ]);
    expect(await broker.lengths()).toEqual({ jobs: "error" });
  });

  it("starts while the server is absent and reads as soon as it comes", async () => {
    const port = await freePort();
    await using broker = await openBroker(`redis://127.0.0.1:${port}`, ["a", "b"], { importIoredis });
    expect((await broker.read()).queues).toEqual(
      ["a", "b"].map((queue) => ({
        ok: false,
        queue,
        reason: "refused",
        detail: "no connection to the server: ECONNREFUSED",
      })),
    );
    await using _late = await startRedis({ port });
    await eventually(() => broker.lengths()).toEqual({ a: 0, b: 0 });
  });

  it("says that a host does not exist", async () => {
    await using broker = await openBroker("redis://no-such-host.invalid", ["jobs"], {
      importIoredis,
      deadlineMs: 5_000,
    });
    expect((await broker.read()).queues).toMatchObject([
      { reason: "refused", detail: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
    ]);
  });

  it("reads again after every connection was cut", async () => {
    await using proxy = await startTcpProxy({ target: server.url });
    await using broker = await openBroker(proxy.url, ["jobs"], { importIoredis });
    for (let round = 0; round < 5; round++) {
      await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
      proxy.dropAll();
    }
    await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
  });

  it("answers a reading that overlaps with another at once, and sends nothing for it", async () => {
    await using proxy = await startTcpProxy({ target: server.url });
    await using broker = await openBroker(proxy.url, ["jobs"], { importIoredis, deadlineMs: 5_000 });
    await broker.read();
    proxy.stall();
    const first = broker.lengths();
    await redis.config("RESETSTAT");
    expect(await broker.lengths()).toEqual({ jobs: "timeout" });
    expect(await broker.lengths()).toEqual({ jobs: "timeout" });
    expect(await broker.lengths()).toEqual({ jobs: "timeout" });
    proxy.resume();
    expect(await first).toEqual({ jobs: 0 });
    expect(await redis.info("commandstats")).toMatch(/cmdstat_llen:calls=1,/);
    expect(await broker.lengths()).toEqual({ jobs: 0 });
  });

  it("takes an answer that arrived while the event loop was busy", async () => {
    await using broker = await openBroker(server.url, ["jobs"], { importIoredis, deadlineMs: 50 });
    await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
    const reading = broker.lengths();
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    expect(await reading).toEqual({ jobs: 0 });
  });

  it("keeps queues and memory flat through 1 000 readings of a frozen server, and reads again afterwards", async () => {
    const { clients, importIoredis } = recordingIoredis(version);
    const names = Array.from({ length: 50 }, (_, index) => `queue-${index}`);
    await using broker = await openBroker(server.url, names, { importIoredis, deadlineMs: 5 });
    await eventually(async () => (await broker.lengths())["queue-0"]).toBe(0);
    const connected = clients.length;
    const frozen = performance.now();
    server.freeze();
    try {
      const readFour = async (): Promise<void> => {
        for (const { queues } of await Promise.all([broker.read(), broker.read(), broker.read(), broker.read()])) {
          expect(queues.map((result) => !result.ok && result.reason)).toEqual(names.map(() => "timeout"));
        }
      };
      for (let round = 0; round < 25; round++) await readFour();
      const before = collectGarbage();
      for (let round = 0; round < 250; round++) await readFour();
      expect(collectGarbage() - before).toBeLessThan(2_000_000);

      const [first, ...others] = clients.slice(connected - 1);
      expect(first).toMatchObject({ status: "end" });
      // One that replaced it, and one more for each handshake that came to nothing.
      expect(others.length).toBeLessThanOrEqual(2 + (performance.now() - frozen) / 5000);
      expect(heldCommands(first as Redis)).toBe(0);
      for (const client of others) expect(heldCommands(client)).toBeLessThanOrEqual(2 + HEALTH_COMMANDS);
    } finally {
      server.resume();
    }
    await eventually(async () => (await broker.lengths())["queue-0"]).toBe(0);
  });

  it("replaces a connection after three time-outs, and closes the old one", async () => {
    const { clients, importIoredis } = recordingIoredis(version);
    await using proxy = await startTcpProxy({ target: server.url });
    await using broker = await openBroker(proxy.url, ["jobs"], { importIoredis, deadlineMs: 100 });
    await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
    const before = clients.length;
    proxy.stall();
    await broker.read();
    await broker.read();
    expect(clients.length).toBe(before);
    await broker.read();
    expect(clients.length).toBe(before + 1);
    await eventually(() => clients[before - 1]?.status).toBe("end");
    expect(heldCommands(clients[before - 1] as Redis)).toBe(0);
    proxy.resume();
    await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
    await eventually(async () => (await redis.client("LIST"))?.toString().match(/ name=taskvitals /g)).toHaveLength(1);
  });

  it("says that the server is loading its data", async () => {
    const { server: slow, endLoading } = await startSlowLoader();
    await using broker = await openBroker(slow.url, ["jobs"], { importIoredis });
    expect(await broker.lengths()).toEqual({ jobs: 1 });
    const loaded = slow.restart();
    await eventually(() => broker.lengths()).toEqual({ jobs: "loading" });
    await endLoading();
    await loaded;
    await eventually(() => broker.lengths()).toEqual({ jobs: 1 });
  });

  it("says that a server is one node of a Cluster", async () => {
    await using cluster = await startRedisCluster();
    const names = ["a", "b", "c", "d", "e", "f"];
    await using broker = await openBroker(cluster.nodes[0]?.url ?? "", names, { importIoredis });
    const results = (await broker.read()).queues;
    expect(new Set(results.map((result) => (result.ok ? "ok" : result.reason)))).toEqual(new Set(["ok", "error"]));
    expect(results).toContainEqual(
      expect.objectContaining({
        detail: expect.stringMatching(
          /^this node of the Cluster does not serve slot \d+; a Cluster is read through an ioredis Cluster client$/,
        ),
      }),
    );
  });

  it("shuts down at once while the server is frozen, with a reading under way, as often as asked", async () => {
    const { clients, importIoredis } = recordingIoredis(version);
    const frozen = await startRedis();
    await using _ = frozen;
    const broker = await openBroker(frozen.url, ["jobs"], { importIoredis, deadlineMs: 30_000 });
    expect(await broker.lengths()).toEqual({ jobs: 0 });
    frozen.freeze();
    const reading = broker.lengths();
    await Promise.all([broker.shutdown(), broker.shutdown()]);
    expect(["refused", "timeout"]).toContain((await reading).jobs);
    await eventually(() => clients.map((client) => client.status)).toEqual(["end"]);
    await broker.shutdown();
    expect(await broker.lengths()).toEqual({ jobs: "refused" });
    expect(clients).toHaveLength(1);
  });

  it("makes no further attempt to connect after its shutdown", async () => {
    const ended = recordingIoredis(version);
    const witness = recordingIoredis(version);
    const url = `redis://127.0.0.1:${await freePort()}`;
    const broker = await openBroker(url, ["jobs"], { importIoredis: ended.importIoredis });
    await eventually(() => broker.lengths()).toEqual({ jobs: "refused" });
    await broker.shutdown();
    const attempts = ended.clients.length;
    await using _ = await openBroker(url, ["jobs"], { importIoredis: witness.importIoredis });
    await eventually(() => witness.clients.length).toBeGreaterThan(attempts + 2);
    expect(ended.clients).toHaveLength(attempts);
  });
});

it("tries again when a server accepts the connection and says nothing", async () => {
  const { clients, importIoredis } = recordingIoredis(ioredisVersions[1]);
  await using server = await startRedis();
  await using proxy = await startTcpProxy({ target: server.url });
  proxy.stall();
  await using broker = await openBroker(proxy.url, ["jobs"], { importIoredis, deadlineMs: 20 });
  for (let count = 0; count < 10; count++) expect(await broker.lengths()).toEqual({ jobs: "timeout" });
  expect(clients).toHaveLength(1);
  await eventually(() => clients.length).toBe(2);
  await eventually(() => clients[0]?.status).toBe("end");
});
