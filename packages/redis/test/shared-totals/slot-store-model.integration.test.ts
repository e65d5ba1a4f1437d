import { BASE_ID, MemorySlotStore, newSlotId, type SlotEntry, type SlotStore } from "@taskvitals/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { propertyRuns } from "../../../meter/test/property-runs.ts";
import { openStore } from "./open-store.ts";

const IDS = [newSlotId(), newSlotId(), newSlotId()] as const;

/** One call of a store. */
type Step =
  | { readonly call: "put"; readonly id: number; readonly seq: number; readonly bytes: number; readonly flags: number }
  | {
      readonly call: "replaceBase";
      readonly folds: readonly number[];
      readonly forgets: readonly number[];
      readonly isLate: boolean;
    }
  | { readonly call: "bury"; readonly folds: readonly number[]; readonly isLate: boolean }
  | { readonly call: "fetch"; readonly ids: readonly number[] };

const places = fc.subarray([0, 1, 2]);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant("put" as const),
      id: fc.nat(2),
      seq: fc.integer({ min: 1, max: 5 }),
      // Small ones go through the script, large ones beside it; with none it is a sign of life.
      bytes: fc.constantFrom(0, 10, 200, 40_000),
      flags: fc.nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant("replaceBase" as const),
      folds: places,
      forgets: places,
      isLate: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ call: fc.constant("bury" as const), folds: places, isLate: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ call: fc.constant("fetch" as const), ids: places }) },
);

/** The same version has the same content, whoever writes it. */
function contentOf(id: number, seq: number, bytes: number): Buffer {
  return Buffer.alloc(bytes, `${id}/${seq}`);
}

/** Takes one step and says what came of it, but for what depends on the clock. */
async function take(store: SlotStore, taken: Step, token: string): Promise<unknown> {
  const { baseToken, slots } = await store.list();
  const [expectedToken, id] = [
    "isLate" in taken && taken.isLate ? "late" : baseToken,
    (at: number) => IDS[at] as string,
  ];
  if (taken.call === "put") {
    const { seq, bytes, flags } = taken;
    const slot = bytes === 0 ? undefined : contentOf(taken.id, seq, bytes);
    return store.put({ id: id(taken.id), seq, slot, isOwner: (flags & 1) === 0, isLast: (flags & 2) !== 0 });
  }
  if (taken.call === "replaceBase") {
    // What is not there cannot be expected to be.
    const gone: SlotEntry = { seq: 1, aliveAtMs: 0, ended: false, token: "gone" };
    const folded = new Map(taken.folds.map((at) => [id(at), slots.get(id(at)) ?? gone]));
    const slot = Buffer.alloc(taken.forgets.length === 0 ? 50_000 : 50, token);
    return store.replaceBase({ expectedToken, token, slot, folded, forget: taken.forgets.map(id) });
  }
  if (taken.call === "bury") return store.bury(new Map(taken.folds.map((at) => [id(at), at + 1])), expectedToken);
  return (await store.fetch([...taken.ids.map(id), BASE_ID])).map((slot) => slot && Buffer.from(slot).toString());
}

async function stateOf(store: SlotStore): Promise<unknown> {
  const { baseToken, slots } = await store.list();
  const entries = [...slots].map(([id, { seq, ended, aliveAtMs }]) => [id, seq, ended, aliveAtMs > 0]);
  const contents = await store.fetch([...IDS, BASE_ID]);
  return [baseToken, entries.sort(), contents.map((slot) => slot && Buffer.from(slot).toString())];
}

describe("a store in Redis", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it("answers as one in memory does, whatever it is asked", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await using opened = await openStore(server.url);
        const memory = new MemorySlotStore(() => Date.now());
        for (const [at, taken] of steps.entries()) {
          expect(await take(opened.store, taken, `token ${at}`)).toEqual(await take(memory, taken, `token ${at}`));
          expect(await stateOf(opened.store)).toEqual(await stateOf(memory));
        }
      }),
      propertyRuns(60),
    );
  });
});
