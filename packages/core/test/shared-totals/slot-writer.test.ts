import { expect, test } from "vitest";
import { active, countOf, slotOf, successes } from "./slot-samples.ts";
import { type Fate, FOLD_AFTER_MS, REMEMBER_MS, SmallPlatform, type SmallWorker } from "./small-platform.ts";

/** What the store has of a slot. */
async function kept(platform: SmallPlatform, id: string): Promise<[seq: number, ...cells: number[]] | undefined> {
  const slot = platform.content.slots.get(id)?.slot;
  const version = slot && (await platform.codec.decode(slot));
  return version && [version.seq, ...version.cells];
}

async function flush(worker: SmallWorker, count: number): Promise<void> {
  worker.count = count;
  await worker.writer.flush();
}

/** Folds the slot as it is in the store, as an exposer would. */
async function fold(platform: SmallPlatform, id: string): Promise<void> {
  const { slots, baseToken } = await platform.store().list();
  const entry = slots.get(id);
  if (entry === undefined) throw new Error("nothing to fold");
  const folded = new Map([[id, entry]]);
  const slot = new Uint8Array();
  await platform
    .store()
    .replaceBase({ expectedToken: baseToken, token: crypto.randomUUID(), slot, folded, forget: [] });
}

test("a slot is overwritten with all that was counted, and only its sign of life is given while nothing was", async () => {
  const platform = new SmallPlatform();
  const sent: boolean[] = [];
  const store = platform.store();
  const worker = platform.worker({
    ...store,
    put: (request) => {
      sent.push(request.slot !== undefined);
      return store.put(request);
    },
  });
  const { id } = worker.writer;
  await flush(worker, 3);
  await flush(worker, 3);
  platform.nowMs += 1;
  await flush(worker, 3);
  expect(platform.content.slots.get(id)).toMatchObject({ seq: 1, aliveAtMs: platform.nowMs, ended: false });
  await flush(worker, 5);
  expect([sent, await kept(platform, id)]).toEqual([
    [true, false, false, true],
    [2, 5],
  ]);
});

test("a slot that the store lost, or has an older version of, is sent again though nothing was counted", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const { id } = worker.writer;
  await flush(worker, 3);
  const before = platform.copy();
  await flush(worker, 5);
  platform.becomes(before);
  await flush(worker, 5);
  expect(await kept(platform, id)).toEqual([2, 5]);
  platform.becomes({ slots: new Map() });
  await flush(worker, 5);
  expect(await kept(platform, id)).toEqual([2, 5]);
});

test("a version whose fate is unknown is sent until it is known, and then what was counted since", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const worker = platform.worker(platform.store(() => fate));
  const { id } = worker.writer;
  await flush(worker, 1);
  for (fate of ["reply lost", "refused"] as const) {
    for (const count of [2, 3, 4]) await expect(flush(worker, count)).rejects.toThrow(fate);
    expect(await kept(platform, id)).toEqual(fate === "refused" ? [2, 2] : [2, 2]);
  }
  fate = "answered";
  await flush(worker, 5);
  expect(await kept(platform, id)).toEqual([3, 5]);
  expect(worker.folded).toEqual([]);
});

test("an hour without the store keeps one version waiting, whatever is counted, and is caught up with in one flush", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const store = platform.store(() => fate);
  const waiting = new Set<number>();
  const worker = platform.worker({
    ...store,
    put: (request) => {
      if (request.slot !== undefined && fate === "refused") waiting.add(request.seq);
      return store.put(request);
    },
  });
  const { id } = worker.writer;
  await flush(worker, 1);
  fate = "refused";
  for (let count = 2; count <= 721; count++) {
    platform.nowMs += 5000;
    await expect(flush(worker, count)).rejects.toThrow();
  }
  expect([...waiting]).toEqual([2]);
  fate = "answered";
  await flush(worker, 722);
  expect(await kept(platform, id)).toEqual([3, 722]);
});

test("the end of a process is said with its last version, also when an earlier one has to be sent first", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const worker = platform.worker(platform.store(() => fate));
  const { id } = worker.writer;
  fate = "refused";
  await expect(flush(worker, 1)).rejects.toThrow();
  fate = "answered";
  worker.count = 2;
  await worker.writer.flush(true);
  expect([await kept(platform, id), platform.content.slots.get(id)?.ended]).toEqual([[2, 2], true]);
  const idle = platform.worker();
  await flush(idle, 1);
  await idle.writer.flush(true);
  expect(platform.content.slots.get(idle.writer.id)).toMatchObject({ seq: 1, ended: true });
});

test("flushes that are asked for together come one after the other", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  worker.count = 1;
  await Promise.all([worker.writer.flush(), worker.writer.flush(), worker.writer.flush(true)]);
  expect(platform.content.slots.get(worker.writer.id)).toMatchObject({ seq: 1, ended: true });
});

test("a process that was taken for dead goes on under another identity with what was not yet counted", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const first = worker.writer.id;
  await flush(worker, 3);
  await fold(platform, first);
  await flush(worker, 10);
  expect(worker.writer.id).not.toBe(first);
  expect([await kept(platform, first), await kept(platform, worker.writer.id)]).toEqual([undefined, [1, 7]]);
  await fold(platform, worker.writer.id);
  await flush(worker, 12);
  expect([await kept(platform, worker.writer.id), worker.folded]).toEqual([
    [1, 2],
    [true, true],
  ]);
});

test("a version counts as folded, though its reply was lost, when it was", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const worker = platform.worker(platform.store(() => fate));
  await flush(worker, 3);
  fate = "reply lost";
  await expect(flush(worker, 5)).rejects.toThrow();
  await fold(platform, worker.writer.id);
  fate = "answered";
  await flush(worker, 6);
  expect([await kept(platform, worker.writer.id), worker.folded]).toEqual([[1, 1], [true]]);
});

test("a version does not count as folded when it never arrived", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const worker = platform.worker(platform.store(() => fate));
  await flush(worker, 3);
  fate = "refused";
  await expect(flush(worker, 5)).rejects.toThrow();
  await fold(platform, worker.writer.id);
  fate = "answered";
  await flush(worker, 6);
  expect([await kept(platform, worker.writer.id), worker.folded]).toEqual([[1, 3], [true]]);
});

test("what lives on is not less because it is in the base: gauges of the living are written as they are", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  worker.slot = slotOf([successes, {}, [3]], [active, {}, [2]]);
  await worker.writer.flush();
  await fold(platform, worker.writer.id);
  worker.slot = { shape: worker.slot.shape, cells: Float64Array.of(4, 2) };
  await worker.writer.flush();
  expect(await kept(platform, worker.writer.id)).toEqual([1, 1, 2]);
});

test("a series that was born after the fold starts at what it counts", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  worker.slot = countOf(3, "a");
  await worker.writer.flush();
  await fold(platform, worker.writer.id);
  worker.slot = slotOf([successes, { task: "b" }, [2]], [successes, { task: "a" }, [4]]);
  await worker.writer.flush();
  expect(await kept(platform, worker.writer.id)).toEqual([1, 2, 1]);
});

test("a store that went back and folds an earlier version is told from one that folds the last", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const { id } = worker.writer;
  await flush(worker, 1);
  const before = platform.copy();
  for (const count of [2, 3, 4]) await flush(worker, count);
  platform.becomes(before);
  await fold(platform, id);
  await flush(worker, 5);
  expect([await kept(platform, worker.writer.id), worker.folded]).toEqual([[1, 4], [true]]);
});

test("of a version that is too long ago it is known that it is no more than the next, and said that something may be missing", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const { id } = worker.writer;
  await flush(worker, 1);
  const before = platform.copy();
  for (let count = 2; count <= 20; count++) await flush(worker, count);
  platform.becomes(before);
  await fold(platform, id);
  await flush(worker, 21);
  // Version 1 is in the base; of the versions that are known 12 is the first.
  expect([await kept(platform, worker.writer.id), worker.folded]).toEqual([[1, 9], [false]]);
});

test("a fold that the store forgot, and remembers many versions later, is recognised after a silence", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const { id } = worker.writer;
  await flush(worker, 3);
  const before = platform.copy();
  await fold(platform, id);
  const after = platform.copy();
  platform.nowMs += FOLD_AFTER_MS;
  platform.becomes(before);
  for (let count = 4; count <= 30; count++) await flush(worker, count);
  expect(await kept(platform, id)).toEqual([28, 30]);
  platform.becomes(after);
  await flush(worker, 31);
  expect([await kept(platform, worker.writer.id), worker.folded]).toEqual([[1, 28], [true]]);
});

test("after a silence in which a fold may have been forgotten by all, a slot that is gone is not counted twice", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const worker = platform.worker(platform.store(() => fate));
  const { id } = worker.writer;
  await flush(worker, 3);
  fate = "refused";
  await expect(flush(worker, 4)).rejects.toThrow();
  platform.nowMs += REMEMBER_MS;
  fate = "answered";
  platform.content.slots.delete(id);
  await flush(worker, 9);
  expect([worker.writer.id === id, await kept(platform, worker.writer.id), worker.folded]).toEqual([
    false,
    [1, 5],
    [false],
  ]);
});

test("after such a silence a slot that is still there goes on", async () => {
  const platform = new SmallPlatform();
  let fate: Fate = "answered";
  const worker = platform.worker(platform.store(() => fate));
  const { id } = worker.writer;
  fate = "refused";
  await expect(flush(worker, 2)).rejects.toThrow();
  platform.nowMs += REMEMBER_MS;
  fate = "answered";
  await flush(worker, 3);
  fate = "refused";
  await expect(flush(worker, 4)).rejects.toThrow();
  platform.nowMs += REMEMBER_MS;
  fate = "answered";
  await flush(worker, 9);
  expect([await kept(platform, id), worker.folded]).toEqual([[4, 9], []]);
});
