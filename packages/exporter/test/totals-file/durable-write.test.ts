import { readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { durableWrite } from "../../src/totals-file/durable-write.ts";
import { tempFiles } from "../temp-files.ts";

it("the new content takes the place of the old, for its owner alone, and nothing else is left", async () => {
  const { folder, write } = tempFiles();
  const file = write("totals.json", "old");
  await durableWrite(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["totals.json"]);
});

it("what a process that was killed left behind, or a link that somebody put there, is not written through", async () => {
  const { folder, write } = tempFiles();
  const other = write("other", "untouched");
  const file = join(folder, "totals.json");
  symlinkSync(other, `${file}.next`);
  await durableWrite(file, "new");
  expect([readFileSync(file, "utf8"), readFileSync(other, "utf8")]).toEqual(["new", "untouched"]);
});

it("where it cannot be written, it says why", async () => {
  const { folder } = tempFiles();
  await expect(durableWrite(join(folder, "none", "totals.json"), "new")).rejects.toMatchObject({ code: "ENOENT" });
  // A folder cannot be replaced by a file.
  await expect(durableWrite(folder, "new")).rejects.toMatchObject({ code: "EISDIR" });
});
