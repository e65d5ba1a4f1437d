import { expect, test, vi } from "vitest";
import { Cleanup } from "../src/cleanup.ts";

test("steps run once, one after the other, the last added first", async () => {
  const done: string[] = [];
  const cleanup = new Cleanup(() => expect.fail("nothing failed"));
  cleanup.add("A", () => done.push("a"));
  cleanup.add("B", async () => {
    await Promise.resolve();
    done.push("b");
  });
  const [first, second] = [cleanup.run(), cleanup.run()];
  await Promise.all([first, second, cleanup.run()]);
  expect(done).toEqual(["b", "a"]);
});

test("a step that throws, rejects or hangs is told of, and the others run all the same", async () => {
  vi.useFakeTimers();
  try {
    const failed: string[] = [];
    const done: string[] = [];
    const cleanup = new Cleanup((what) => failed.push(what));
    cleanup.add("Last", () => done.push("last"));
    cleanup.add("Hangs", () => new Promise(() => {}), 1000);
    cleanup.add("Rejects", () => Promise.reject(new Error("no")));
    cleanup.add("Throws", () => {
      throw new Error("no");
    });
    const run = cleanup.run();
    await vi.advanceTimersByTimeAsync(999);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await run;
    expect(failed).toEqual(["Throws", "Rejects", "Hangs"]);
    expect(done).toEqual(["last"]);
  } finally {
    vi.useRealTimers();
  }
});
