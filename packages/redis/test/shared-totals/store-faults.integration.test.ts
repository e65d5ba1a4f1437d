import { randomBytes } from "node:crypto";
import { newSlotId, type PutSlot, SlotStoreError } from "@taskvitals/core";
import { openRedisSlotStore } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, redisVersions, startRedis, waitUntil } from "../../../../test/services/index.ts";
import { COMMANDS } from "../../src/shared-totals/slot-scripts.ts";
import { heldCommands } from "../ioredis-versions.ts";
import { openStore } from "./open-store.ts";
import { startReplyCutter } from "./reply-cutter.ts";

const slotOf = (more: Partial<PutSlot> = {}): PutSlot => ({
  ...{ id: newSlotId(), seq: 1, slot: Buffer.from("one"), isOwner: true, isLast: false },
  ...more,
});

const WHAT = "The shared totals cannot be kept in Redis:";

describe.each(redisVersions())("what $name refuses is named with a remedy, once", ({ program }) => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis({ program });
    redis = new Redis(server.url);
  });
  beforeEach(async () => {
    await redis.flushall();
    await redis.config("SET", "maxmemory", "0");
    await redis.config("SET", "maxmemory-policy", "noeviction");
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it("when it is full, small slots and large ones; what there is can be read, and it catches up", async () => {
    await using opened = await openStore(server.url);
    const { store, problems } = opened;
    const [small, large] = [slotOf(), slotOf({ slot: randomBytes(100_000) })];
    await store.put(small);
    await redis.config("SET", "maxmemory", "1");
    const full =
      `${WHAT} Redis is full (OOM) and takes no slot. ` +
      "Nothing is lost, and it catches up: raise maxmemory, or give the shared totals a Redis of their own.";
    await expect(store.put({ ...small, seq: 2 })).rejects.toThrow(new SlotStoreError(full));
    await expect(store.put(large)).rejects.toThrow(new SlotStoreError(full));
    const { slots } = await store.list();
    const replace = { expectedToken: "", token: newSlotId(), slot: Buffer.from("base"), folded: slots, forget: [] };
    await expect(store.replaceBase(replace)).rejects.toThrow(full);
    await expect(store.replaceBase({ ...replace, slot: randomBytes(100_000) })).rejects.toThrow(full);
    expect(problems).toEqual([`shared_totals: ${full}`]);
    expect((await store.list()).slots).toEqual(slots);
    expect((await store.fetch([small.id])).map(String)).toEqual(["one"]);
    await redis.config("SET", "maxmemory", "0");
    expect(await store.put({ ...small, seq: 2 })).toEqual({ kind: "kept" });
    expect(await store.put(large)).toEqual({ kind: "kept" });
  });

  it("when it may evict what never expires", async () => {
    await redis.config("SET", "maxmemory", "1gb");
    const problemsWith = async (policy: string): Promise<readonly string[]> => {
      await redis.config("SET", "maxmemory-policy", policy);
      await using opened = await openStore(server.url);
      await opened.store.put(slotOf());
      await opened.store.list();
      await opened.store.list();
      return opened.problems;
    };
    for (const policy of ["noeviction", "volatile-lru", "volatile-ttl"]) expect(await problemsWith(policy)).toEqual([]);
    for (const policy of ["allkeys-lru", "allkeys-random"]) {
      expect(await problemsWith(policy)).toEqual([
        `shared_totals: Redis may delete the shared totals when it is full: its maxmemory-policy is ${policy}. ` +
          "Set it to noeviction or to a volatile one, or give the shared totals a Redis of their own.",
      ]);
    }
    await redis.config("SET", "maxmemory", "0");
    expect(await problemsWith("allkeys-lru")).toEqual([]);
  });

  it("keys that expire are none of them, but for what a script did not take over", async () => {
    await using opened = await openStore(server.url);
    const { store, keys } = opened;
    const [small, large] = [slotOf(), slotOf({ slot: randomBytes(100_000) })];
    for (const slot of [small, large]) await store.put(slot);
    const folded = new Map([...(await store.list()).slots].slice(0, 1));
    const replace = { expectedToken: "", token: newSlotId(), slot: randomBytes(100_000), folded, forget: [] };
    expect(await store.replaceBase(replace)).toBe(true);
    const found = await redis.keys("*");
    expect(found.every((key) => key.startsWith(keys))).toBe(true);
    expect(found.map((key) => key.slice(keys.length).replace(/:.*/, "")).sort()).toEqual([
      ...["base", "folded", "slot", "versions"],
    ]);
    for (const key of found) expect(await redis.ttl(key)).toBe(-1);
  });

  it("when something else has one of its keys, and nothing is half done", async () => {
    for (const key of ["versions", "folded"]) {
      await using opened = await openStore(server.url);
      const { store, keys, problems } = opened;
      const slot = slotOf();
      await store.put(slot);
      const folded = (await store.list()).slots;
      await redis.set(keys + key, "something else");
      const other =
        `${WHAT} a key of the shared totals holds what something else put there. ` +
        `Choose another namespace, or delete the keys ${keys}*.`;
      await expect(store.put({ ...slot, seq: 2 })).rejects.toThrow(other);
      const replace = { expectedToken: "", token: newSlotId(), slot: Buffer.from("base"), folded, forget: [] };
      await expect(store.replaceBase(replace)).rejects.toThrow(other);
      expect(problems).toEqual([`shared_totals: ${other}`]);
      expect(await redis.exists(`${keys}base`)).toBe(0);
      expect((await store.fetch([slot.id])).map(String)).toEqual(["one"]);
    }
  });

  it("when the user lacks a right; with those that are named it lacks none", async () => {
    const namespace = newSlotId();
    const keys = `taskvitals:{${namespace}}:1:`;
    const url = `redis://totals:secret-word@127.0.0.1:${server.port}`;
    const allow = (commands: readonly string[], pattern = `~${keys}*`): Promise<unknown> =>
      redis.call(
        "acl",
        "setuser",
        "totals",
        "reset",
        "on",
        ">secret-word",
        pattern,
        ...commands.map((one) => `+${one}`),
      );
    const lifeOf = async (): Promise<readonly string[]> => {
      await using opened = await openStore(url, { namespace });
      const { store } = opened;
      const [slot, large] = [slotOf(), slotOf({ slot: randomBytes(100_000) })];
      for (const one of [slot, large]) {
        expect(await store.put(one)).toEqual({ kind: "kept" });
        expect(await store.put({ ...one, slot: undefined })).toEqual({ kind: "kept" });
      }
      const { slots, baseToken } = await store.list();
      await store.fetch([slot.id, newSlotId(), large.id]);
      const token = newSlotId();
      const replace = { expectedToken: baseToken, token, slot: randomBytes(100_000), folded: slots, forget: [] };
      expect(await store.replaceBase(replace)).toBe(true);
      await store.bury(new Map([[newSlotId(), 3]]), token);
      await redis.hset(
        `${keys}versions`,
        Object.fromEntries(Array.from({ length: 1600 }, () => [newSlotId(), "1:1:1:1"])),
      );
      await store.list();
      await store.fetch([...(await store.list()).slots.keys()]);
      await redis.del(`${keys}base`);
      await store.list();
      return opened.problems;
    };
    await allow(COMMANDS);
    expect(await lifeOf()).toEqual([]);

    const told =
      `${WHAT} the user of Redis may not do what it takes. ` +
      `Allow it the keys ~${keys}* and the commands ${COMMANDS.map((one) => `+${one}`).join(" ")}.`;
    for (const missing of ["eval", "hset", "info"]) {
      await allow(COMMANDS.filter((one) => one !== missing));
      await using opened = await openStore(url, { namespace });
      await expect(opened.store.put(slotOf())).rejects.toThrow(new SlotStoreError(told));
      await expect(opened.store.put(slotOf())).rejects.toThrow(new SlotStoreError(told));
      expect(opened.problems).toEqual([`shared_totals: ${told}`]);
    }
    await allow(COMMANDS, "~other:*");
    await using opened = await openStore(url, { namespace });
    await expect(opened.store.list()).rejects.toThrow(new SlotStoreError(told));

    await allow(COMMANDS);
    await using stranger = await openStore(url.replace("secret-word", "wrong-word"), { namespace });
    const refusal = await waitUntil(
      async () => {
        const { message } = (await stranger.store.list().catch((error: Error) => error)) as Error;
        return message.includes("auth") && message;
      },
      { what: "the refusal" },
    );
    expect(refusal).toBe(`${WHAT} auth (the server refuses the user or the password).`);
  });
});

describe("a store that is slow, cut off or gone", () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url).on("error", () => {});
  });
  afterEach(async () => void (await redis.flushall()));
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it("rejects at its deadline when the server is frozen, and leaves one call at most behind it", async () => {
    const client = new Redis(server.url);
    await client.ping();
    await using byClient = await openStore(client, { deadlineMs: 200 });
    await using byUrl = await openStore(server.url, { deadlineMs: 200, namespace: byClient.namespace });
    const slot = slotOf();
    await waitUntil(() => byUrl.store.put(slot), { what: "the first flush" });
    server.freeze();
    try {
      for (const { store } of [byClient, byUrl]) {
        const calls = [store.put({ ...slot, seq: 2 }), store.list(), store.fetch([slot.id]), store.put(slotOf())];
        for (const settled of await Promise.allSettled(calls)) {
          expect(settled).toMatchObject({ status: "rejected", reason: expect.any(SlotStoreError) });
        }
        await expect(store.list()).rejects.toThrow(`${WHAT} timeout`);
      }
      // One pipeline of one command; the others were never sent.
      expect(heldCommands(client)).toBe(1);
    } finally {
      server.resume();
    }
    for (const { store, problems } of [byClient, byUrl]) {
      const { slots } = await waitUntil(() => store.list(), { what: "the server to answer" });
      expect(slots.size).toBe(1);
      expect(slots.get(slot.id)).toMatchObject({ seq: 2 });
      expect(problems).toEqual([]);
    }
    client.disconnect();
  });

  it("changes nothing by writing again what was written, when the reply was lost with the connection", async () => {
    await using cutter = await startReplyCutter(server.port);
    await using opened = await openStore(cutter.url);
    await using direct = await openStore(server.url, { namespace: opened.namespace });
    const { store } = opened;
    const slot = slotOf();
    const again = <T>(act: () => Promise<T>): Promise<T> => {
      let result: { value: T } | undefined;
      return waitUntil(async () => (result = { value: await act() }), { what: "an answer" }).then(
        () => (result as { value: T }).value,
      );
    };
    await again(() => store.put(slotOf({ isLast: true })));
    for (const [seq, size] of [
      [1, 10],
      [2, 100_000],
    ] as const) {
      const version = { ...slot, seq, slot: randomBytes(size) };
      cutter.cut(1);
      await expect(store.put(version)).rejects.toThrow(SlotStoreError);
      expect(cutter.left).toBe(0);
      expect(await again(() => store.put(version))).toEqual({ kind: "kept" });
      const { slots } = await direct.store.list();
      expect(slots.get(slot.id)).toMatchObject({ seq });
      expect(slots.size).toBe(2);
      const [fetched] = await direct.store.fetch([slot.id]);
      expect(version.slot.equals(fetched as Buffer)).toBe(true);
    }

    const { slots } = await direct.store.list();
    const folded = new Map([...slots].filter(([, { ended }]) => ended));
    const replace = { expectedToken: "", token: newSlotId(), slot: Buffer.from("base"), folded, forget: [] };
    cutter.cut(1);
    await expect(store.replaceBase(replace)).rejects.toThrow(SlotStoreError);
    // It was done: a second time it is refused, and the listing shows by whom.
    expect(await again(() => store.replaceBase(replace))).toBe(false);
    expect((await direct.store.list()).baseToken).toBe(replace.token);
  });

  it("goes on by itself when the server is back", async () => {
    await using opened = await openStore(server.url);
    const slot = slotOf();
    await waitUntil(() => opened.store.put(slot), { what: "the first flush" });
    await server.kill();
    await expect(opened.store.list()).rejects.toThrow(SlotStoreError);
    await server.restart();
    expect(await waitUntil(() => opened.store.put(slot), { what: "the server" })).toEqual({ kind: "kept" });
    expect(opened.problems).toEqual([]);
  });

  it("answers no more once it is shut down, at once and as often as it is asked to", async () => {
    const { store } = await openStore(server.url);
    await waitUntil(() => store.list(), { what: "the connection" });
    server.freeze();
    const underWay = expect(store.list()).rejects.toThrow(SlotStoreError);
    await Promise.all([store.shutdown(), store.shutdown()]);
    server.resume();
    await underWay;
    await expect(store.list()).rejects.toThrow(`${WHAT} refused (the store was shut down).`);
    await store.shutdown();
  });

  it("refuses options that cannot be meant", async () => {
    const open = (options: object) =>
      openRedisSlotStore({ connection: server.url, path: "redis", onProblem: () => {}, ...options });
    await expect(open({ namespace: "a{b}" })).rejects.toThrow(
      'namespace: got "a{b}"; expected 1 to 64 letters, digits, dots, underscores and hyphens.',
    );
    await expect(open({ namespace: "" })).rejects.toThrow("namespace");
    await expect(open({ deadlineMs: 0 })).rejects.toThrow("deadlineMs: got 0; expected a whole number");
    await expect(open({ connection: "localhost" })).rejects.toThrow("redis: ");
  });
});
