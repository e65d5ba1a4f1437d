import { expect, test } from "vitest";
import { active, slotOf, successes } from "./slot-samples.ts";
import {
  countIn,
  type Fate,
  FOLD_AFTER_MS,
  INTERVAL_MS,
  REMEMBER_MS,
  SmallPlatform,
  type SmallWorker,
} from "./small-platform.ts";

const SETTLED_MS = 2 * INTERVAL_MS;

async function flush(worker: SmallWorker, count: number, isLast = false): Promise<void> {
  worker.count = count;
  await worker.writer.flush(isLast);
}

test("the totals are those of all slots, read after they were asked for", async () => {
  const platform = new SmallPlatform();
  const [one, other] = [platform.worker(), platform.worker()];
  const exposer = platform.exposer();
  expect(countIn(await exposer.read())).toBe(0);
  await flush(one, 3);
  await flush(other, 4);
  expect(countIn(await exposer.read())).toBe(7);
  const early = exposer.read();
  await flush(one, 5);
  expect([countIn(await exposer.read()), await early.then(countIn)]).toEqual([9, expect.any(Number)]);
});

test("readings that are asked for at once are one, and one that is asked for later is another", async () => {
  const platform = new SmallPlatform();
  let lists = 0;
  const exposer = platform.exposer(
    platform.store((method) => {
      if (method === "list") lists += 1;
      return "answered";
    }),
  );
  await Promise.all([exposer.read(), exposer.read(), exposer.read()]);
  expect(lists).toBe(1);
  await exposer.read();
  expect(lists).toBe(2);
});

test("who says goodbye goes into the base, and the totals stay", async () => {
  const platform = new SmallPlatform();
  const [one, other] = [platform.worker(), platform.worker()];
  const [exposer, second] = [platform.exposer(), platform.exposer()];
  await flush(one, 3, true);
  await flush(other, 4);
  expect(countIn(await second.read())).toBe(7);
  await exposer.tend();
  expect([...platform.content.slots.keys()]).toEqual([other.writer.id]);
  expect([countIn(await exposer.read()), countIn(await second.read())]).toEqual([7, 7]);
  expect(countIn(await platform.exposer().read())).toBe(7);
});

test("who gives no sign of life goes into the base, by the clock of the exposer, and goes on when it wakes", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const exposer = platform.exposer();
  await flush(worker, 3);
  await platform.pass(FOLD_AFTER_MS, [exposer]);
  expect(platform.content.slots.size).toBe(1);
  await platform.pass(INTERVAL_MS, [exposer]);
  expect([platform.content.slots.size, countIn(await exposer.read())]).toEqual([0, 3]);
  await flush(worker, 8);
  expect([countIn(await exposer.read()), countIn(await platform.exposer().read())]).toEqual([8, 8]);
  expect(worker.folded).toEqual([true]);
});

test("a sign of life keeps a process, and time in which the exposer itself was stopped proves nobody dead", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const exposer = platform.exposer();
  await flush(worker, 3);
  for (let seconds = 0; seconds < 30; seconds++) {
    await platform.pass(INTERVAL_MS, [exposer]);
    await flush(worker, 3);
  }
  await exposer.tend();
  platform.nowMs += 3 * FOLD_AFTER_MS;
  await exposer.tend();
  await exposer.tend();
  expect([platform.content.slots.size, worker.folded]).toEqual([1, []]);
});

test("two exposers that fold at once add nobody twice", async () => {
  const platform = new SmallPlatform();
  const workers = Array.from({ length: 5 }, () => platform.worker());
  const exposers = [platform.exposer(), platform.exposer()];
  for (const worker of workers) await flush(worker, 2, true);
  await Promise.all(exposers.map((exposer) => exposer.tend()));
  await Promise.all(exposers.map((exposer) => exposer.tend()));
  expect(await Promise.all(exposers.map(async (exposer) => countIn(await exposer.read())))).toEqual([10, 10]);
  expect(platform.content.slots.size).toBe(0);
});

test("a fold whose reply was lost is recognised", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  let fate: Fate = "answered";
  const exposer = platform.exposer(platform.store((method) => (method === "replaceBase" ? fate : "answered")));
  await flush(worker, 3, true);
  fate = "reply lost";
  await expect(exposer.tend()).rejects.toThrow("reply lost");
  expect([platform.content.slots.size, countIn(await exposer.read())]).toEqual([0, 3]);
});

test("a process counts as alive for three intervals, and what only the living have with it", async () => {
  const platform = new SmallPlatform();
  const [one, other] = [platform.worker(), platform.worker()];
  one.slot = slotOf([active, {}, [2]]);
  other.slot = slotOf([active, {}, [3]]);
  const exposer = platform.exposer();
  await one.writer.flush();
  await other.writer.flush();
  expect(await exposer.read().then((totals) => [totals?.processes, countIn(totals)])).toEqual([2, 5]);
  await platform.pass(3 * INTERVAL_MS);
  await one.writer.flush();
  expect(await exposer.read().then((totals) => totals?.processes)).toBe(2);
  await platform.pass(INTERVAL_MS);
  expect(await exposer.read().then((totals) => [totals?.processes, countIn(totals)])).toEqual([1, 2]);
});

test("a store that lost everything is whole again, base and all, and nothing is shown before everybody could write", async () => {
  const platform = new SmallPlatform();
  const [ended, silent, living] = [platform.worker(), platform.worker(), platform.worker()];
  const [exposer, other] = [platform.exposer(), platform.exposer()];
  await flush(ended, 1, true);
  await exposer.tend();
  await flush(silent, 10);
  await flush(living, 100);
  await other.tend();
  platform.becomes({ slots: new Map(), folded: new Map(), base: undefined });
  expect([countIn(await exposer.read()), countIn(await platform.exposer().read())]).toEqual([undefined, undefined]);
  await flush(living, 200);
  await platform.pass(SETTLED_MS, [other]);
  const fresh = platform.exposer();
  expect([countIn(await exposer.read()), countIn(await fresh.read())]).toEqual([211, 211]);
  await flush(silent, 20);
  expect(countIn(await fresh.read())).toBe(221);
  expect([platform.problems, silent.folded]).toEqual([[], []]);
});

test("a store that went back is brought forward: versions, folds and goodbyes", async () => {
  const platform = new SmallPlatform();
  const [ended, leaving, living] = [platform.worker(), platform.worker(), platform.worker()];
  const exposer = platform.exposer();
  for (const worker of [ended, leaving, living]) await flush(worker, 1);
  await exposer.tend();
  const before = platform.copy();
  await flush(ended, 2, true);
  await exposer.tend();
  await flush(leaving, 20, true);
  await flush(living, 200);
  expect(countIn(await exposer.read())).toBe(222);
  platform.becomes(before);
  await exposer.tend();
  expect(platform.content.slots.has(ended.writer.id)).toBe(false);
  await platform.pass(SETTLED_MS, [exposer]);
  expect(platform.content.slots.has(leaving.writer.id)).toBe(false);
  expect([countIn(await exposer.read()), countIn(await platform.exposer().read())]).toEqual([222, 222]);
});

test("two exposers that know bases of different age heal to the later one within one turn", async () => {
  const platform = new SmallPlatform();
  const [early, late] = [platform.exposer(), platform.exposer()];
  const [one, other] = [platform.worker(), platform.worker()];
  await flush(one, 1, true);
  await late.tend();
  await early.tend();
  await flush(other, 10, true);
  await late.tend();
  for (const order of [
    [early, late],
    [late, early],
  ]) {
    platform.becomes({ slots: new Map(), folded: new Map(), base: undefined });
    await Promise.all(order.map((exposer) => exposer.tend()));
    platform.nowMs += SETTLED_MS;
    expect(countIn(await platform.exposer().read())).toBe(11);
  }
});

test("a listing of one server and slots of another, that went back, do not make totals", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  await flush(worker, 1);
  const before = platform.copy();
  await flush(worker, 5);
  const exposer = platform.exposer(
    platform.store((method) => {
      if (method === "fetch" && platform.content.slots.get(worker.writer.id)?.seq === 2) platform.becomes(before);
      return "answered";
    }),
  );
  expect(countIn(await exposer.read())).toBe(undefined);
  await flush(worker, 5);
  platform.nowMs += SETTLED_MS;
  expect(countIn(await exposer.read())).toBe(5);
});

test("a listing of one server and the base of another, that went back, do not make totals", async () => {
  const platform = new SmallPlatform();
  const [one, other] = [platform.worker(), platform.worker()];
  const folding = platform.exposer();
  await flush(one, 1, true);
  await folding.tend();
  const before = platform.copy();
  await flush(other, 10, true);
  await folding.tend();
  let goesBack = true;
  const exposer = platform.exposer(
    platform.store((method) => {
      if (method === "fetch" && goesBack) platform.becomes(before);
      goesBack &&= method !== "fetch";
      return "answered";
    }),
  );
  expect(countIn(await exposer.read())).toBe(undefined);
  await folding.tend();
  platform.nowMs += SETTLED_MS;
  expect([countIn(await exposer.read()), countIn(await platform.exposer().read())]).toEqual([11, 11]);
});

test("a base that was fetched is known, though the server was lost right after", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  await flush(worker, 5, true);
  await platform.exposer().tend();
  let fetched = false;
  const exposer = platform.exposer(
    platform.store((method) => {
      if (method === "list" && fetched) {
        fetched = false;
        platform.becomes({ base: undefined, folded: new Map() });
        return "refused";
      }
      fetched ||= method === "fetch";
      return "answered";
    }),
  );
  await expect(exposer.read()).rejects.toThrow("refused");
  platform.nowMs += SETTLED_MS;
  expect([countIn(await exposer.read()), countIn(await platform.exposer().read())]).toEqual([5, 5]);
});

test("a store that lost its base but remembers folds gets back what it folded", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const [folding, other] = [platform.exposer(), platform.exposer()];
  await flush(worker, 5, true);
  expect(countIn(await other.read())).toBe(5);
  await folding.tend();
  platform.becomes({ base: undefined });
  await other.tend();
  platform.nowMs += SETTLED_MS;
  expect(countIn(await platform.exposer().read())).toBe(5);
});

test("who comes back with what the store has lost for long shows it only when it is in the store", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  let fate: Fate = "answered";
  const exposer = platform.exposer(platform.store((method) => (method === "put" ? fate : "answered")));
  await flush(worker, 5);
  expect(countIn(await exposer.read())).toBe(5);
  platform.becomes({ slots: new Map() });
  platform.nowMs += 5 * SETTLED_MS;
  fate = "refused";
  await expect(exposer.read()).rejects.toThrow("refused");
  expect(countIn(await platform.exposer().read())).toBe(0);
  fate = "answered";
  expect([countIn(await exposer.read()), countIn(await platform.exposer().read())]).toEqual([5, 5]);
});

test("a reading that took longer than an interval shows nothing: the store may be another one by now", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  await flush(worker, 5);
  const exposer = platform.exposer(
    platform.store((method) => {
      if (method === "fetch") platform.nowMs += INTERVAL_MS + 1;
      return "answered";
    }),
  );
  expect([countIn(await exposer.read()), countIn(await exposer.read())]).toEqual([undefined, 5]);
});

test("of a slot that went on after it was folded, as the store had forgotten it, nothing is lost and nothing shown until it is told", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const [late, other] = [platform.exposer(), platform.exposer()];
  await flush(worker, 5);
  const before = platform.copy();
  await platform.pass(FOLD_AFTER_MS + INTERVAL_MS, [late]);
  expect(platform.content.slots.size).toBe(0);
  platform.becomes(before);
  await flush(worker, 9);
  await platform.pass(SETTLED_MS, [other]);
  expect(countIn(await other.read())).toBe(9);
  await late.tend();
  expect([countIn(await late.read()), countIn(await other.read())]).toEqual([undefined, undefined]);
  await flush(worker, 10);
  platform.nowMs += SETTLED_MS;
  expect([countIn(await late.read()), countIn(await other.read())]).toEqual([10, 10]);
  expect(worker.folded).toEqual([true]);
});

test("of two lines of history the one in the store is taken, and what only ours had is put back or said to be lost", async () => {
  const platform = new SmallPlatform();
  const [first, second] = [platform.worker(), platform.worker()];
  const [folding, adopting, other] = [platform.exposer(), platform.exposer(), platform.exposer()];
  const before = platform.copy();
  await flush(first, 1, true);
  await folding.tend();
  await adopting.tend();
  platform.becomes(before);
  platform.nowMs += SETTLED_MS;
  await flush(second, 10, true);
  await other.tend();
  // It never had the slot itself: it read the base that has it.
  expect(countIn(await adopting.read())).toBe(10);
  expect(platform.problems).toEqual(["The totals of a process that ended were lost with the memory of the store."]);
  await folding.tend();
  expect([countIn(await folding.read()), countIn(await other.read())]).toEqual([11, 11]);
  expect(platform.problems).toHaveLength(1);
});

test("who was stopped for longer than folds are remembered begins anew, and counts nobody twice", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const [stopped, other] = [platform.exposer(), platform.exposer()];
  await flush(worker, 5);
  expect(countIn(await stopped.read())).toBe(5);
  await worker.writer.flush(true);
  await other.tend();
  await platform.pass(REMEMBER_MS + INTERVAL_MS, [other]);
  const another = platform.worker();
  await flush(another, 1, true);
  await other.tend();
  expect(platform.content.folded.has(worker.writer.id)).toBe(false);
  expect(countIn(await stopped.read())).toBe(6);
});

test("a slot that cannot be read is left out and said to be, once", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  const exposer = platform.exposer();
  await flush(worker, 5);
  const foreign = { seq: 1, slot: Buffer.from("?"), aliveAtMs: platform.nowMs, ended: false };
  platform.content.slots.set("foreign", foreign);
  expect([countIn(await exposer.read()), countIn(await exposer.read())]).toEqual([5, 5]);
  expect(platform.problems).toEqual([
    "A slot of the shared totals cannot be read: another release, or another program, wrote it.",
  ]);
  platform.content.slots.set("foreign", { ...foreign, seq: 2 });
  await exposer.read();
  expect(platform.problems).toHaveLength(2);
});

test("a base that cannot be read shows nothing, for less would be shown", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  await flush(worker, 5);
  const bytes = await platform.codec.encode({ seq: 1, ...slotOf([successes, {}, [1]]) });
  for (const slot of [Buffer.from("?"), bytes]) {
    platform.content.base = { token: crypto.randomUUID(), slot };
    await expect(platform.exposer().read()).rejects.toThrow("The base of the shared totals cannot be read.");
  }
  expect(platform.problems).toHaveLength(2);
});

test("a store that lists slots and never has them is given up, and asked again the next time", async () => {
  const platform = new SmallPlatform();
  const worker = platform.worker();
  await flush(worker, 5);
  let isGone = true;
  const store = platform.store();
  const exposer = platform.exposer({
    ...store,
    fetch: (ids) => (isGone ? Promise.resolve(ids.map(() => undefined)) : store.fetch(ids)),
  });
  await expect(exposer.read()).rejects.toThrow("changed faster than they could be read");
  isGone = false;
  expect(countIn(await exposer.read())).toBe(5);
});
