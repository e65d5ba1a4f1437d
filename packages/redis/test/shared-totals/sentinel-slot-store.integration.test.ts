import { BASE_ID, newSlotId } from "@taskvitals/core";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { startRedisSentinels, waitUntil } from "../../../../test/services/index.ts";
import { openStore } from "./open-store.ts";

it("a store behind Sentinels goes on with the promoted replica, which says that it may have lost something", async () => {
  await using topology = await startRedisSentinels({ sentinels: 1 });
  const [old, replica] = topology.servers;
  const client = new Redis({
    ...{ sentinels: [...topology.sentinels], name: topology.name, sentinelRetryStrategy: () => 100 },
    retryStrategy: () => 100,
  });
  client.on("error", () => {});
  await using opened = await openStore(client, { deadlineMs: 2000 });
  const { store } = opened;
  const [id, dead] = [newSlotId(), newSlotId()];
  const slotOf = (of: string, seq: number) => ({
    id: of,
    seq,
    slot: Buffer.from(`${seq}`),
    isOwner: true,
    isLast: false,
  });
  for (const one of [id, dead]) await store.put(slotOf(one, 1));
  const folded = new Map([...(await store.list()).slots].filter(([one]) => one === dead));
  const token = newSlotId();
  await store.replaceBase({ expectedToken: "", token, slot: Buffer.from("base"), folded, forget: [] });
  expect(await client.wait(1, 20_000)).toBe(1);
  const before = await store.list();

  await old.kill();
  const after = await waitUntil(() => store.list(), { what: "the promoted replica", timeoutMs: 60_000 });
  expect(await topology.master()).toBe(replica);
  expect(after.unbrokenSinceMs).toBeGreaterThan(before.unbrokenSinceMs);
  expect([after.baseToken, [...after.slots.keys()]]).toEqual([token, [id]]);
  expect((await store.fetch([id, BASE_ID])).map(String)).toEqual(["1", "base"]);
  expect(await store.put(slotOf(id, 2))).toEqual({ kind: "kept" });
  expect(await store.put(slotOf(dead, 2))).toEqual({ kind: "folded", seq: 1 });
  expect((await store.list()).unbrokenSinceMs).toBe(after.unbrokenSinceMs);
  client.disconnect();
});
