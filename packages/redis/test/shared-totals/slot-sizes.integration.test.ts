import { randomBytes } from "node:crypto";
import { BASE_ID, newSlotId } from "@taskvitals/core";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, redisVersions, startRedis } from "../../../../test/services/index.ts";
import { type OpenStore, openStore } from "./open-store.ts";

/** Longest that a call may hold the server, in microseconds. */
const HELD_USEC = 5000;

// The oldest and the installed: what takes long is the same in all.
describe.each(redisVersions().slice(0, 2))("many and large slots in $name", ({ program }) => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis({ program });
    redis = new Redis(server.url);
  });
  beforeEach(async () => void (await redis.flushall()));
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  /**
   * Microseconds that the server took for the commands of each name, per call, in the quickest of several rounds: on a busy machine it waits for its
   * turn in the midst of a command.
   */
  const served = async (
    act: (round: number) => Promise<unknown>,
    prepare: () => Promise<unknown> = async () => {},
  ): Promise<ReadonlyMap<string, number>> => {
    const quickest = new Map<string, number>();
    for (let round = 0; round < 5; round++) {
      await prepare();
      await redis.config("RESETSTAT");
      await act(round);
      const stats = await redis.info("commandstats");
      for (const [, name = "", calls, usec] of stats.matchAll(/^cmdstat_(\S+):calls=(\d+),usec=(\d+)/gm)) {
        quickest.set(name, Math.min(quickest.get(name) ?? Infinity, Number(usec) / Number(calls)));
      }
    }
    return quickest;
  };

  const fill = async ({ store }: OpenStore, count: number, bytes: number): Promise<ReadonlyMap<string, Buffer>> => {
    const slots = new Map(Array.from({ length: count }, () => [newSlotId(), randomBytes(bytes)]));
    for (const [id, slot] of slots) await store.put({ id, seq: 1, slot, isOwner: true, isLast: false });
    return slots;
  };

  it("are read in pieces that hold the server for less than 5 ms", async () => {
    await using opened = await openStore(server.url);
    const { store } = opened;
    const slots = await fill(opened, 1000, 6000);
    const ids = [...slots.keys()];
    const listed = await served(() => store.list());
    expect(listed.get("eval")).toBeLessThan(HELD_USEC);
    const fetched = await served(async () => {
      const found = await store.fetch(ids);
      expect(found.every((slot, index) => slots.get(ids[index] as string)?.equals(slot as Buffer))).toBe(true);
    });
    // So many arrive together at most.
    expect((fetched.get("get") as number) * 200).toBeLessThan(HELD_USEC);
  });

  it("of 1.7 MB are written, replaced by the base and read", async () => {
    await using opened = await openStore(server.url);
    const { store, keys } = opened;
    const id = newSlotId();
    const [first, second, base] = [randomBytes(1_700_000), randomBytes(1_700_000), randomBytes(1_700_000)];
    const put = (seq: number, slot: Buffer) => store.put({ id, seq, slot, isOwner: true, isLast: false });
    const written = await served(async (round) => {
      expect(await put(2 * round + 1, first)).toEqual({ kind: "kept" });
      expect(await put(2 * round + 2, second)).toEqual({ kind: "kept" });
      expect(await put(2 * round + 1, first)).toEqual({ kind: "kept" });
    });
    for (const usec of written.values()) expect(usec).toBeLessThan(HELD_USEC);
    const [fetched] = await store.fetch([id]);
    expect(second.equals(fetched as Buffer)).toBe(true);
    expect(await redis.ttl(`${keys}slot:${id}`)).toBe(-1);

    const replaced = await served(async () => {
      const { baseToken, slots } = await store.list();
      const request = { expectedToken: baseToken, token: newSlotId(), slot: base, folded: slots, forget: [] };
      expect(await store.replaceBase(request)).toBe(true);
      expect(await store.replaceBase(request)).toBe(false);
    });
    for (const usec of replaced.values()) expect(usec).toBeLessThan(HELD_USEC);
    expect(base.equals((await store.fetch([BASE_ID]))[0] as Buffer)).toBe(true);
    expect(await redis.ttl(`${keys}base`)).toBe(-1);
    expect(await put(11, first)).toEqual({ kind: "folded", seq: 10 });
    // What was sent and not taken over goes by itself.
    for (const key of await redis.keys(`${keys}staged:*`)) expect(await redis.ttl(key)).toBeGreaterThan(0);
  });

  it("are folded, buried and forgotten, as many at once as ever are, in less than 5 ms each", async () => {
    await using opened = await openStore(server.url);
    const { store } = opened;
    const gone = new Map(Array.from({ length: 5000 }, () => [newSlotId(), 1] as const));
    let listing = await store.list();
    const prepare = async (): Promise<void> => {
      await fill(opened, 100, 6000);
      listing = await store.list();
      expect(listing.slots.size).toBe(100);
    };
    const folded = await served(async () => {
      const { baseToken: expectedToken, slots } = listing;
      const [token, slot] = [newSlotId(), randomBytes(200_000)];
      expect(await store.replaceBase({ expectedToken, token, slot, folded: slots, forget: [] })).toBe(true);
    }, prepare);
    expect(folded.get("eval")).toBeLessThan(HELD_USEC);
    const { baseToken } = await store.list();
    const buried = await served(() => store.bury(gone, baseToken));
    expect(buried.get("eval")).toBeLessThan(HELD_USEC);
    const forgotten = await served(
      async () => {
        const request = { expectedToken: baseToken, token: baseToken, slot: Buffer.from("base"), folded: new Map() };
        expect(await store.replaceBase({ ...request, forget: [...gone.keys()] })).toBe(true);
      },
      () => store.bury(gone, baseToken),
    );
    expect(forgotten.get("eval")).toBeLessThan(HELD_USEC);
    const [id = ""] = gone.keys();
    expect(await store.put({ id, seq: 1, slot: undefined, isOwner: true, isLast: false })).toEqual({ kind: "missing" });
  });

  it("beyond thousands are listed page by page", async () => {
    await using opened = await openStore(server.url);
    const { store, keys } = opened;
    const ids = Array.from({ length: 12_000 }, newSlotId);
    await redis.hset(`${keys}versions`, Object.fromEntries(ids.map((id, index) => [id, `${index + 1}:5:0:7`])));
    const listed = await served(async () => {
      const { slots, nowMs, unbrokenSinceMs } = await store.list();
      expect([...slots.keys()].sort()).toEqual([...ids].sort());
      expect(slots.get(ids[41] as string)).toMatchObject({ seq: 42, aliveAtMs: 5, ended: false });
      expect(unbrokenSinceMs).toBeLessThanOrEqual(nowMs);
    });
    expect(listed.get("hscan")).toBeLessThan(HELD_USEC);
    expect(listed.get("eval")).toBeLessThan(HELD_USEC);
  });

  it("are never shown with the base of another moment", async () => {
    await using opened = await openStore(server.url);
    await using other = await openStore(server.url, { namespace: opened.namespace });
    const { store, keys } = opened;
    const ids = Array.from({ length: 4000 }, newSlotId);
    await redis.hset(`${keys}versions`, Object.fromEntries(ids.map((id) => [id, "1:5:0:7"])));
    let expectedToken = "";
    let folds = 0;
    const folding = (async () => {
      for (const id of ids.slice(0, 15)) {
        const token = newSlotId();
        const folded = new Map([[id, { seq: 1, aliveAtMs: 5, ended: false, token: "1:5:0:7" }]]);
        await other.store.replaceBase({ expectedToken, token, slot: Buffer.from(token), folded, forget: [] });
        expectedToken = token;
        folds += 1;
      }
    })();
    do {
      const listing = await store.list().catch(() => undefined);
      // The base is as many folds ahead as slots are gone.
      if (listing === undefined) continue;
      const gone = ids.findIndex((id) => listing.slots.has(id));
      expect(listing.slots.size).toBe(ids.length - gone);
      expect(listing.baseToken === "").toBe(gone === 0);
    } while (folds < 15);
    await folding;
    expect((await store.list()).slots.size).toBe(ids.length - 15);
  });
});
