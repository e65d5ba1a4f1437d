import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { MemorySlotStore, newSlotId, SlotStoreError } from "@taskvitals/core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { exerciseSlotStore, type OpenSlotStore } from "../../../../core/test/shared-totals/exercise-slot-store.ts";
import { ChannelSlotStore } from "../../../src/shared-totals/machine/channel-slot-store.ts";
import { type ProcessChannel, processPort } from "../../../src/shared-totals/machine/process-channel.ts";
import { SlotDesk } from "../../../src/shared-totals/machine/slot-desk.ts";
import { serveThreads, threadPort } from "../../../src/shared-totals/machine/thread-channel.ts";

const KEEPER = fileURLToPath(new URL("child/slot-keeper.ts", import.meta.url));
const EXEC_ARGV = ["--import", fileURLToPath(new URL("../../child/resolve-sources.ts", import.meta.url))];
const DEADLINE_MS = 20_000;

interface OpenChannel extends OpenSlotStore {
  readonly store: ChannelSlotStore;
}

/** Another process that keeps slots, of each namespace in a store of its own. */
async function startKeeper(): Promise<ChildProcess> {
  const child = fork(KEEPER, { execArgv: EXEC_ARGV });
  await once(child, "message");
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

let keeper: ChildProcess;
let thread: Worker;

beforeAll(async () => {
  thread = new Worker(KEEPER, { execArgv: EXEC_ARGV });
  [keeper] = await Promise.all([startKeeper(), once(thread, "message")]);
});
afterAll(() => Promise.all([end(keeper), thread.terminate()]));

async function openOn(child: ChildProcess, deadlineMs = DEADLINE_MS): Promise<OpenChannel> {
  const namespace = newSlotId();
  child.send(namespace);
  expect(await once(child, "message")).toEqual([namespace, undefined]);
  const store = new ChannelSlotStore({ port: processPort(child as ProcessChannel), namespace, deadlineMs });
  return { store, [Symbol.asyncDispose]: async () => store.close() };
}

/** The slots that another process keeps, over the channel to it. */
const openProcess = (): Promise<OpenChannel> => openOn(keeper);

/** The slots that another thread keeps. */
async function openThread(): Promise<OpenChannel> {
  const namespace = newSlotId();
  thread.postMessage(namespace);
  await once(thread, "message");
  const store = new ChannelSlotStore({ port: threadPort(namespace), namespace, deadlineMs: DEADLINE_MS });
  return { store, [Symbol.asyncDispose]: async () => store.close() };
}

/** The slots that another process keeps, called by a thread of a process that calls them itself. */
async function openThroughAnother(): Promise<OpenChannel> {
  const above = await openProcess();
  const namespace = newSlotId();
  const close = serveThreads(new SlotDesk(above.store, namespace), namespace);
  const store = new ChannelSlotStore({ port: threadPort(namespace), namespace, deadlineMs: DEADLINE_MS });
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      store.close();
      close();
      await above[Symbol.asyncDispose]();
    },
  };
}

exerciseSlotStore("the memory of another process", openProcess);
exerciseSlotStore("the memory of another thread", openThread);
exerciseSlotStore("the memory of another process, through one in between", openThroughAnother);

async function disposedWithTest<Opened extends AsyncDisposable>(opening: Promise<Opened>): Promise<Opened> {
  const opened = await opening;
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

const mine = { id: newSlotId(), isOwner: true, isLast: false };

test.each([
  ["a process", openProcess],
  ["a thread", openThread],
])("slots of many megabytes reach %s and come back", async (_name, open) => {
  const { store } = await disposedWithTest(open());
  const ids = Array.from({ length: 120 }, () => newSlotId());
  const slots = ids.map((_, index) => Buffer.alloc(20_000, index));
  await Promise.all(ids.map((id, index) => store.put({ ...mine, id, seq: 1, slot: slots[index] })));
  const fetched = await store.fetch(ids);
  expect(fetched.every((slot, index) => Buffer.compare(slot ?? Buffer.of(), slots[index] ?? Buffer.of()) === 0)).toBe(
    true,
  );
  const large = Buffer.alloc(8_000_000, "large");
  await store.put({ ...mine, seq: 1, slot: large });
  const [back] = await store.fetch([mine.id]);
  expect(Buffer.compare(back ?? Buffer.of(), large)).toBe(0);
});

test("a process that is frozen costs a call its deadline, and nothing is sent to it but a greeting until it answers", async () => {
  const frozen = await startKeeper();
  onTestFinished(() => end(frozen));
  const { store } = await openOn(frozen, 500);
  await store.put({ ...mine, seq: 1, slot: Buffer.from("one") });
  frozen.kill("SIGSTOP");
  await expect(store.put({ ...mine, seq: 2, slot: Buffer.from("two") })).rejects.toThrow(
    "The process that started this one did not answer in time.",
  );
  const large = Buffer.alloc(8_000_000);
  const calls = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => store.put({ ...mine, seq: 3 + index, slot: large })),
  );
  expect(calls.every(({ status }) => status === "rejected")).toBe(true);
  frozen.kill("SIGCONT");
  await expect.poll(async () => (await store.list().catch(() => undefined))?.slots.get(mine.id)?.seq).toBe(2);
});

test("a process that is gone fails a call at once", async () => {
  const gone = await startKeeper();
  const { store } = await openOn(gone);
  await store.put({ ...mine, seq: 1, slot: Buffer.from("one") });
  await end(gone);
  await expect(store.list()).rejects.toThrow("the channel to it is closed");
  await expect(store.list()).rejects.toBeInstanceOf(SlotStoreError);
});

test("another namespace is answered by nobody, another release is told so, and other messages are left alone", async () => {
  onTestFinished(serveThreads(new SlotDesk(new MemorySlotStore(() => 0), "one"), "one"));
  const store = new ChannelSlotStore({ port: threadPort("another"), namespace: "another", deadlineMs: 500 });
  onTestFinished(() => store.close());
  await expect(store.list()).rejects.toThrow(
    'The main thread did not answer. It has to start taskvitals with sharedTotals: { store: "machine" }',
  );

  const visitor = new SlotDesk(new MemorySlotStore(() => 0), "test").admit((slot) => slot);
  const head = { cmd: "NODE_TASKVITALS_SLOTS", namespace: "test", from: "a", call: 7 };
  expect(await visitor.answer({ ...head, v: 99, ask: { op: "list" } })).toMatchObject({
    call: 7,
    failed: expect.stringContaining("speaks otherwise"),
  });
  for (const other of [undefined, "text", 7, null, {}, { cmd: "NODE_HANDLE" }, { ...head, v: 1 }]) {
    expect(await visitor.answer(other)).toBeUndefined();
  }
});

test("a channel that is closed for good ends the slots that were written over it, and no others", async () => {
  const memory = new MemorySlotStore(() => performance.now());
  const desk = new SlotDesk(memory, "test");
  const [leaving, staying] = [desk.admit((slot) => slot), desk.admit((slot) => slot)];
  const put = (from: string, id: string, isOwner = true) => ({
    ...{ cmd: "NODE_TASKVITALS_SLOTS", v: 1, namespace: "test", from, call: 1 },
    ask: { op: "put", id, seq: 1, slot: Buffer.from("slot"), isOwner, isLast: false },
  });
  await leaving.answer(put("a", "left"));
  await leaving.answer(put("a", "healed for another", false));
  await staying.answer(put("b", "living"));
  // The last message, and right behind it the end of the channel.
  const last = leaving.answer(put("a", "last"));
  await Promise.all([leaving.leave(), last]);
  const { slots } = await memory.list();
  expect(Object.fromEntries([...slots].map(([id, { ended }]) => [id, ended]))).toEqual({
    left: true,
    last: true,
    "healed for another": false,
    living: false,
  });
});
