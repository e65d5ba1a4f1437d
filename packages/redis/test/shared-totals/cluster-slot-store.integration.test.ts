import { randomBytes } from "node:crypto";
import { newSlotId } from "@taskvitals/core";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisCluster, startRedisCluster } from "../../../../test/services/index.ts";
import { exerciseSlotStore } from "../../../core/test/shared-totals/exercise-slot-store.ts";
import { keySlot } from "../../src/key-slot.ts";
import { openStore } from "./open-store.ts";

describe("a Cluster", () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  const connect = (options: object): Cluster => {
    const startup = cluster.startupNodes.map((node) => ({ ...node }));
    return new Cluster(startup, options).on("error", () => {});
  };

  describe.each([
    ["without a prefix", {}],
    ["with a prefix of the Cluster", { keyPrefix: "app:" }],
    ["with a prefix of its nodes", { redisOptions: { keyPrefix: "app:" } }],
  ])("%s", (name, options) => {
    exerciseSlotStore(`a Cluster ${name}`, async () => {
      const client = connect(options);
      const opened = await openStore(client);
      return {
        store: opened.store,
        [Symbol.asyncDispose]: async () => {
          await opened[Symbol.asyncDispose]();
          client.disconnect();
        },
      };
    });
  });

  it("has all keys of a namespace in one place, large slots and the base included, and is refound when they move", async () => {
    const client = connect({});
    await using opened = await openStore(client);
    const { store, keys } = opened;
    const [id, dead] = [newSlotId(), newSlotId()];
    const slot = randomBytes(100_000);
    for (const one of [id, dead]) await store.put({ id: one, seq: 1, slot, isOwner: true, isLast: false });
    const folded = new Map([...(await store.list()).slots].filter(([one]) => one === dead));
    await store.replaceBase({ expectedToken: "", token: newSlotId(), slot, folded, forget: [] });

    const found = (await Promise.all(client.nodes("master").map((node) => node.keys(`${keys}*`)))).flat();
    expect(found.length).toBeGreaterThanOrEqual(4);
    expect(new Set(found.map(keySlot))).toEqual(new Set([keySlot(`${keys}versions`)]));

    // The slot goes to another node, by and by as such things go: the client learns it from the redirection.
    const place = keySlot(`${keys}versions`);
    const [from, to] = [client.slots[place]?.[0], client.slots[(place + 16_384 / 2) % 16_384]?.[0]];
    const nodeAt = (address = "") => {
      const node = client.nodes("master").find(({ options }) => `${options.host}:${options.port}` === address);
      if (node === undefined) throw new Error(`no node at ${address}`);
      return node;
    };
    const [source, target] = [nodeAt(from), nodeAt(to)];
    const [sourceId, targetId] = [await source.call("cluster", "myid"), await target.call("cluster", "myid")];
    await target.call("cluster", "setslot", place, "importing", sourceId as string);
    await source.call("cluster", "setslot", place, "migrating", targetId as string);
    for (const key of found) await source.call("migrate", "127.0.0.1", target.options.port as number, key, 0, 5000);
    for (const node of [target, source]) await node.call("cluster", "setslot", place, "node", targetId as string);
    const before = await store.list();
    expect([...before.slots.keys()]).toEqual([id]);
    // Another server: what came over may be less than there was.
    expect(before.nowMs - before.unbrokenSinceMs).toBeLessThan(60_000);
    const [fetched] = await store.fetch([id]);
    expect(slot.equals(fetched as Buffer)).toBe(true);
    expect(await store.put({ id, seq: 2, slot, isOwner: true, isLast: false })).toEqual({ kind: "kept" });
    client.disconnect();
  });
});
