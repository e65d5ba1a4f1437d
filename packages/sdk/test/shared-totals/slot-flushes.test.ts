import { MemorySlotStore, SlotCodec, SlotStoreError, SlotWriter } from "@taskvitals/core";
import { expect, onTestFinished, test } from "vitest";
import { SlotFlushes } from "../../src/shared-totals/slot-flushes.ts";

test("a slot is written again and again, and at its end said to be the last", async () => {
  const store = new MemorySlotStore(() => performance.now());
  const writer = new SlotWriter({
    store,
    codec: new SlotCodec(),
    read: () => ({ shape: [], cells: new Float64Array() }),
    foldAfterMs: 60_000,
    now: () => performance.now(),
    onFolded: () => expect.fail("nobody folds"),
  });
  const flushes = new SlotFlushes({ writer, intervalMs: 50, onProblem: (_, message) => expect.fail(message) });
  const entry = async () => (await store.list()).slots.get(writer.id);
  await expect.poll(entry).toMatchObject({ seq: 1, ended: false });
  const { token } = (await entry()) ?? expect.fail("no slot");
  await expect.poll(async () => (await entry())?.token).not.toBe(token);
  await flushes.end();
  expect(await entry()).toMatchObject({ ended: true });
  await flushes.flush();
  await flushes.end();
  expect(await entry()).toMatchObject({ ended: true });
});

test("a store that fails is told of, never thrown, and tried again", async () => {
  const problems: string[] = [];
  let calls = 0;
  const writer = {
    flush: async (): Promise<void> => {
      calls += 1;
      throw calls === 1 ? new SlotStoreError("Redis is full.") : new TypeError("redis://user:secret@host");
    },
  };
  const onProblem = (operation: string, message: string): void => void problems.push(`${operation}: ${message}`);
  const flushes = new SlotFlushes({ writer, intervalMs: 20, onProblem });
  onTestFinished(() => flushes.end());
  await expect.poll(() => calls).toBeGreaterThan(2);
  await flushes.flush();
  expect(problems[0]).toBe(
    "shared_totals: What this process has counted could not be written; it will be. Redis is full.",
  );
  expect(problems[1]).toContain("(TypeError)");
  expect(problems.join()).not.toContain("secret");
});
