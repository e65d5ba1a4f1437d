import { BASE_ID, newSlotId, type StoreListing } from "@taskvitals/core";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, redisVersions, startRedis, waitUntil } from "../../../../test/services/index.ts";
import { type OpenStore, openStore } from "./open-store.ts";

/** Writes one slot and waits until the server's clock has gone on, so that a break from now on shows. */
async function begin({ store }: OpenStore, id = newSlotId()): Promise<{ id: string; before: StoreListing }> {
  await store.put({ id, seq: 1, slot: Buffer.from("one"), isOwner: true, isLast: false });
  const before = await waitUntil(
    async () => {
      const listing = await store.list();
      return listing.nowMs > listing.unbrokenSinceMs && listing;
    },
    { what: "the server's clock to go on" },
  );
  return { id, before };
}

/** A listing as soon as the server answers. */
function listed({ store }: OpenStore): Promise<StoreListing> {
  return waitUntil(() => store.list(), { what: "the server to answer" });
}

/** The server says that it may have lost something since, and says it once. */
async function expectBroken(opened: OpenStore, before: StoreListing): Promise<StoreListing> {
  const after = await listed(opened);
  expect(after.unbrokenSinceMs).toBeGreaterThan(before.unbrokenSinceMs);
  expect(after.unbrokenSinceMs).toBeGreaterThanOrEqual(before.nowMs);
  expect(after.unbrokenSinceMs).toBeLessThanOrEqual(after.nowMs);
  expect((await listed(opened)).unbrokenSinceMs).toBe(after.unbrokenSinceMs);
  return after;
}

describe.each(redisVersions())("how long $name has had the slots without a break", ({ program }) => {
  let server: RedisServer;
  let replica: RedisServer;
  let redis: Redis;
  let redisOfReplica: Redis;

  beforeAll(async () => {
    const args = ["--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0"];
    server = await startRedis({ program, args });
    replica = await startRedis({ program, args });
    redis = new Redis(server.url).on("error", () => {});
    redisOfReplica = new Redis(replica.url).on("error", () => {});
  });
  afterAll(async () => {
    redis.disconnect();
    redisOfReplica.disconnect();
    await server.stop();
    await replica.stop();
  });

  const inStep = async (follower: Redis, leader: RedisServer): Promise<void> => {
    await follower.call("replicaof", "127.0.0.1", leader.port);
    const [leading, following] = leader === server ? [redis, follower] : [redisOfReplica, follower];
    await leading.set("mark", newSlotId());
    await waitUntil(async () => (await following.get("mark")) === (await leading.get("mark")), {
      what: "the replica to be in step",
    });
  };

  it("is as long as nothing happened, whoever writes, lists, or opens it", async () => {
    await using opened = await openStore(server.url);
    const { before } = await begin(opened);
    await using other = await openStore(server.url, { namespace: opened.namespace });
    await begin(other);
    await redis.call("client", "kill", "type", "normal", "skipme", "yes");
    expect((await listed(other)).unbrokenSinceMs).toBe(before.unbrokenSinceMs);
    server.freeze();
    server.resume();
    expect((await listed(opened)).unbrokenSinceMs).toBe(before.unbrokenSinceMs);
    expect(opened.problems).toEqual([]);
  });

  it("starts anew when it was emptied, even if somebody writes at once", async () => {
    await using opened = await openStore(server.url);
    const { id, before } = await begin(opened);
    await redis.flushall();
    expect(await opened.store.put({ id, seq: 1, slot: undefined, isOwner: true, isLast: false })).toEqual({
      kind: "missing",
    });
    await begin(opened);
    const { slots } = await expectBroken(opened, before);
    expect(slots.size).toBe(1);
  });

  it("starts anew with each start, slots and base kept on the disk included", async () => {
    await using opened = await openStore(server.url);
    const { id } = await begin(opened);
    const dead = newSlotId();
    await begin(opened, dead);
    const { baseToken, slots } = await opened.store.list();
    const folded = new Map([...slots].filter(([one]) => one === dead));
    const token = newSlotId();
    await opened.store.replaceBase({ expectedToken: baseToken, token, slot: Buffer.from("base"), folded, forget: [] });
    const before = await opened.store.list();
    await server.restart();
    const after = await expectBroken(opened, before);
    expect([after.baseToken, [...after.slots.keys()]]).toEqual([token, [id]]);
    expect((await opened.store.fetch([BASE_ID, id])).map(String)).toEqual(["base", "one"]);
    const woken = { id: dead, seq: 2, slot: Buffer.from("two"), isOwner: true, isLast: false };
    expect(await opened.store.put(woken)).toEqual({ kind: "folded", seq: 1 });
  });

  it("starts anew when a replica was promoted, which took no slot before; and again when the first master is one again", async () => {
    await using onFirst = await openStore(server.url);
    const { id, before } = await begin(onFirst);
    await inStep(redisOfReplica, server);
    await using onSecond = await openStore(replica.url, { namespace: onFirst.namespace });
    const told =
      "The shared totals cannot be kept in Redis: this Redis is a replica and takes no slot. " +
      "Give the URL of the master, or a client that asks Sentinels or a Cluster for it.";
    await expect(onSecond.store.list()).rejects.toThrow(told);
    const put = { id, seq: 1, slot: undefined, isOwner: true, isLast: false };
    await expect(onSecond.store.put(put)).rejects.toThrow(told);
    expect(onSecond.problems).toEqual([`shared_totals: ${told}`]);

    await redisOfReplica.call("replicaof", "no", "one");
    const promoted = await expectBroken(onSecond, before);
    expect([...promoted.slots.keys()]).toEqual([id]);

    await inStep(redis, replica);
    await redis.call("replicaof", "no", "one");
    const again = await expectBroken(onFirst, promoted);
    expect([...again.slots.keys()]).toEqual([id]);
  });

  it("starts anew when a master became a replica and master again before anybody asked the other", async () => {
    await using opened = await openStore(server.url);
    const { before } = await begin(opened);
    await inStep(redisOfReplica, server);
    await redisOfReplica.call("replicaof", "no", "one");
    await inStep(redis, replica);
    await redis.call("replicaof", "no", "one");
    await expectBroken(opened, before);
  });

  it("starts anew when a part of it is gone", async () => {
    await using opened = await openStore(server.url);
    const { store, keys } = opened;
    const { id } = await begin(opened);
    const dead = newSlotId();
    await begin(opened, dead);
    const all = (await store.list()).slots;
    const folded = new Map([...all].filter(([one]) => one === dead));
    await store.replaceBase({ expectedToken: "", token: "first", slot: Buffer.from("base"), folded, forget: [] });
    const lose = async (key: string): Promise<void> => {
      await begin(opened, id);
      const before = await store.list();
      expect(await redis.del(keys + key)).toBe(1);
      // A slot that is gone shows when it is asked for.
      if (key.startsWith("slot:")) expect(await store.fetch([id])).toEqual([undefined]);
      await expectBroken(opened, before);
    };
    await lose(`slot:${id}`);
    expect((await store.list()).slots.size).toBe(0);
    await lose("versions");
    // A base that has lost its token is found again.
    const { baseToken } = await store.list();
    expect(baseToken).toMatch(/^found:/);
    expect((await store.fetch([BASE_ID])).map(String)).toEqual(["base"]);
    await lose("base");
    expect((await store.list()).baseToken).toBe("");
  });

  it("a slot that is gone is sent again by its process and given up by the others", async () => {
    await using opened = await openStore(server.url);
    const { store, keys } = opened;
    const { id } = await begin(opened);
    await redis.del(`${keys}slot:${id}`);
    const sign = { id, seq: 1, slot: undefined, isOwner: true, isLast: false };
    expect(await store.put(sign)).toEqual({ kind: "missing" });
    expect(await store.put({ ...sign, slot: Buffer.from("one") })).toEqual({ kind: "kept" });
    expect((await store.fetch([id])).map(String)).toEqual(["one"]);
  });
});
