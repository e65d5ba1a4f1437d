import { BASE_ID, newSlotId, type PutSlot, type ReplaceBase, type SlotEntry, type SlotStore } from "@taskvitals/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A store that holds nothing yet. */
export interface OpenSlotStore extends AsyncDisposable {
  readonly store: SlotStore;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** What every store of slots does, whatever it is kept in. */
export function exerciseSlotStore(name: string, open: () => Promise<OpenSlotStore>): void {
  describe(`slots in ${name}`, () => {
    let opened: OpenSlotStore;
    let store: SlotStore;
    let id: string;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      id = newSlotId();
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    const put = (seq: number, slot: string | undefined, more: Partial<PutSlot> = {}) =>
      store.put({ id, seq, slot: slot === undefined ? undefined : bytes(slot), isOwner: true, isLast: false, ...more });
    const textOf = async (of = id): Promise<string | undefined> => {
      const [slot] = await store.fetch([of]);
      return slot === undefined ? undefined : Buffer.from(slot).toString();
    };
    const entryOf = async (of = id): Promise<SlotEntry> => (await store.list()).slots.get(of) as SlotEntry;
    const replace = async (more: Partial<ReplaceBase> = {}): Promise<boolean> => {
      const { baseToken } = await store.list();
      const folded = new Map([[id, await entryOf()]]);
      return store.replaceBase({
        ...{ expectedToken: baseToken, token: newSlotId(), slot: bytes("base"), folded, forget: [] },
        ...more,
      });
    };

    it("are none at first, and there is no base", async () => {
      expect(await store.list()).toMatchObject({ baseToken: "", slots: new Map() });
      expect(await store.fetch([BASE_ID, id])).toEqual([undefined, undefined]);
      expect(await store.fetch([])).toEqual([]);
    });

    it("are kept, listed and fetched in the order asked for", async () => {
      const other = newSlotId();
      expect(await put(1, "one")).toEqual({ kind: "kept" });
      expect(await put(7, "other", { id: other })).toEqual({ kind: "kept" });
      expect((await store.fetch([other, newSlotId(), id])).map((slot) => slot && Buffer.from(slot).toString())).toEqual(
        ["other", undefined, "one"],
      );
      const { nowMs, unbrokenSinceMs, slots } = await store.list();
      expect(slots.size).toBe(2);
      expect(slots.get(id)).toMatchObject({ seq: 1, ended: false });
      expect(slots.get(other)).toMatchObject({ seq: 7, ended: false });
      expect(slots.get(id)?.aliveAtMs).toBeGreaterThan(nowMs - 60_000);
      expect(slots.get(id)?.aliveAtMs).toBeLessThanOrEqual(nowMs);
      expect(unbrokenSinceMs).toBeLessThanOrEqual(nowMs);
    });

    it("are overwritten by later versions only, and writing twice changes nothing", async () => {
      await put(2, "two");
      expect(await put(2, "two again")).toEqual({ kind: "kept" });
      expect(await put(1, "one")).toEqual({ kind: "kept" });
      expect([await textOf(), (await entryOf()).seq]).toEqual(["two", 2]);
      expect(await put(10, "ten")).toEqual({ kind: "kept" });
      expect([await textOf(), (await entryOf()).seq]).toEqual(["ten", 10]);
    });

    it("hold large numbers of versions, and bytes of every kind", async () => {
      const slot = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
      await store.put({ id, seq: Number.MAX_SAFE_INTEGER, slot, isOwner: true, isLast: false });
      expect((await entryOf()).seq).toBe(Number.MAX_SAFE_INTEGER);
      const [fetched] = await store.fetch([id]);
      expect(Buffer.from(fetched as Uint8Array).equals(slot)).toBe(true);
    });

    it("take a sign of life without being sent, unless the version is not there", async () => {
      expect(await put(1, undefined)).toEqual({ kind: "missing" });
      expect((await store.list()).slots.size).toBe(0);
      await put(1, "one");
      const { token, aliveAtMs } = await entryOf();
      // A clock of milliseconds has to go on.
      await expect
        .poll(async () => {
          expect(await put(1, undefined)).toEqual({ kind: "kept" });
          return (await entryOf()).token;
        })
        .not.toBe(token);
      expect((await entryOf()).aliveAtMs).toBeGreaterThan(aliveAtMs);
      expect(await put(2, undefined)).toEqual({ kind: "missing" });
      expect([await textOf(), (await entryOf()).seq]).toEqual(["one", 1]);
    });

    it("show no sign of life when others write them", async () => {
      expect(await put(3, "three", { isOwner: false })).toEqual({ kind: "kept" });
      expect(await entryOf()).toMatchObject({ seq: 3, aliveAtMs: 0, ended: false });
      await put(4, "four");
      const { aliveAtMs } = await entryOf();
      expect(aliveAtMs).toBeGreaterThan(0);
      await put(5, "five", { isOwner: false });
      expect(await entryOf()).toMatchObject({ seq: 5, aliveAtMs });
      const { token } = await entryOf();
      await put(4, "four", { isOwner: false });
      expect((await entryOf()).token).toBe(token);
    });

    it("stay ended once their process has said so", async () => {
      await put(1, "one");
      expect(await put(1, undefined, { isLast: true })).toEqual({ kind: "kept" });
      expect(await entryOf()).toMatchObject({ seq: 1, ended: true });
      await put(2, "two", { isOwner: false });
      expect(await entryOf()).toMatchObject({ seq: 2, ended: true });
      const other = newSlotId();
      await put(1, "one", { id: other, isLast: true });
      expect(await entryOf(other)).toMatchObject({ seq: 1, ended: true });
    });

    it("leave for the base, which is told by its token", async () => {
      const [alive, token] = [newSlotId(), newSlotId()];
      await put(4, "dead");
      await put(1, "alive", { id: alive });
      expect(await replace({ token })).toBe(true);
      const { baseToken, slots } = await store.list();
      expect([baseToken, [...slots.keys()]]).toEqual([token, [alive]]);
      expect([await textOf(BASE_ID), await textOf(), await textOf(alive)]).toEqual(["base", undefined, "alive"]);
    });

    it("are told that they were folded, and with which version, until it is forgotten", async () => {
      await put(4, "dead");
      await replace();
      expect(await put(5, "woken")).toEqual({ kind: "folded", seq: 4 });
      expect(await put(4, undefined)).toEqual({ kind: "folded", seq: 4 });
      expect(await put(9, "healed", { isOwner: false })).toEqual({ kind: "folded", seq: 4 });
      expect((await store.list()).slots.size).toBe(0);
      expect(await replace({ slot: bytes("next"), folded: new Map(), forget: [id, newSlotId()] })).toBe(true);
      expect(await put(5, "woken")).toEqual({ kind: "kept" });
      expect([await textOf(BASE_ID), await textOf()]).toEqual(["next", "woken"]);
    });

    it("stay when the base is another than was thought", async () => {
      await put(1, "one");
      const folded = new Map([[id, await entryOf()]]);
      expect(await replace({ expectedToken: newSlotId(), folded })).toBe(false);
      expect(await replace({ folded: new Map() })).toBe(true);
      expect(await replace({ expectedToken: "", slot: bytes("late"), folded })).toBe(false);
      expect([await textOf(BASE_ID), await textOf()]).toEqual(["base", "one"]);
    });

    it("stay, all of them, when one has changed or is gone", async () => {
      const other = newSlotId();
      await put(1, "one");
      await put(1, "other", { id: other });
      const folded = new Map([
        [id, await entryOf()],
        [other, await entryOf(other)],
      ]);
      await put(2, "two", { id: other });
      expect(await replace({ folded })).toBe(false);
      expect((await store.list()).slots.size).toBe(2);
      await store.bury(new Map([[other, 2]]), "");
      expect(await replace({ folded })).toBe(false);
      expect([(await store.list()).baseToken, await textOf(BASE_ID), await textOf()]).toEqual(["", undefined, "one"]);
      expect(await put(2, "two")).toEqual({ kind: "kept" });
    });

    it("are removed when they are in the base already, and it is still the base", async () => {
      await put(1, "one");
      const never = newSlotId();
      const folded = new Map([
        [id, 3],
        [never, 8],
      ]);
      const token = newSlotId();
      await replace({ token, folded: new Map() });
      await store.bury(folded, newSlotId());
      await store.bury(folded, "");
      expect([(await store.list()).slots.size, await textOf()]).toEqual([1, "one"]);
      await store.bury(folded, token);
      expect([(await store.list()).slots.size, await textOf()]).toEqual([0, undefined]);
      expect(await put(2, "two")).toEqual({ kind: "folded", seq: 3 });
      expect(await put(2, "two", { id: never })).toEqual({ kind: "folded", seq: 8 });
    });

    it("that went on after they were folded break the store when they are removed, until what they had since is written again", async () => {
      await put(2, "two");
      const token = newSlotId();
      await replace({ token, folded: new Map() });
      const { unbrokenSinceMs } = await store.list();
      await store.bury(new Map([[id, 2]]), token);
      expect((await store.list()).unbrokenSinceMs).toBe(unbrokenSinceMs);
      const other = newSlotId();
      await put(3, "three", { id: other });
      // A clock of milliseconds has to go on.
      await expect.poll(async () => (await store.list()).nowMs).toBeGreaterThan(unbrokenSinceMs);
      await store.bury(new Map([[other, 2]]), token);
      const after = await store.list();
      expect([after.unbrokenSinceMs > unbrokenSinceMs, after.slots.size]).toEqual([true, 0]);
    });

    it("are taken for folded only beside a base, and what is remembered of a lost one is forgotten", async () => {
      await put(1, "one");
      await store.bury(new Map([[id, 3]]), "");
      expect(await textOf()).toBeUndefined();
      expect(await put(2, "two")).toEqual({ kind: "kept" });
      await replace({ folded: new Map() });
      expect(await put(2, undefined)).toEqual({ kind: "kept" });
      expect([await textOf(), (await entryOf()).seq]).toEqual(["two", 2]);
    });

    it("change by one of many writers at a time", async () => {
      const versions = Array.from({ length: 40 }, (_, index) => index + 1);
      await Promise.all(versions.map((seq) => put(seq, `version ${seq}`)));
      expect([await textOf(), (await entryOf()).seq]).toEqual(["version 40", 40]);
      const folds = await Promise.all(
        versions.map((seq) => replace({ slot: bytes(`base ${seq}`) }).catch(() => false)),
      );
      expect(folds.filter((folded) => folded)).toHaveLength(1);
      expect(await put(41, "later")).toEqual({ kind: "folded", seq: 40 });
    });
  });
}
