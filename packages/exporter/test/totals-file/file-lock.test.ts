import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type FileLock, lockFile } from "../../src/totals-file/file-lock.ts";
import { tempFiles } from "../temp-files.ts";

async function taken(file: string): Promise<FileLock> {
  const lock = await lockFile(file);
  if (typeof lock === "string") return expect.fail(lock);
  onTestFinished(() => lock.release());
  return lock;
}

it.each(["state", "a folder with a name that is longer than that of any socket may be; ".repeat(3)])(
  "one at a time has the lock of a file, and it leaves nothing behind (in %j)",
  async (name) => {
    const folder = join(tempFiles().folder, name);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "totals.json");
    const lock = await taken(file);
    expect(lock.isHeld).toBe(true);
    expect(await lockFile(file)).toBe("taken");
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    expect((await taken(file)).isHeld).toBe(true);
  },
);

it("whoever loses the lock knows, and does not take it from the next", async () => {
  const { folder } = tempFiles();
  const file = join(folder, "totals.json");
  const first = await taken(file);
  rmSync(`${file}.lock`);
  const next = await taken(file);
  expect([first.isHeld, next.isHeld]).toEqual([false, true]);
  await first.release();
  expect(next.isHeld).toBe(true);
  expect(await lockFile(file)).toBe("taken");
});

it("a folder that is not there is the caller's to explain", async () => {
  await expect(lockFile(join(tempFiles().folder, "none", "totals.json"))).rejects.toMatchObject({ code: "ENOENT" });
});
