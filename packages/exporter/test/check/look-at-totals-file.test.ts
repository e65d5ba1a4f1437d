import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lookAtTotalsFile } from "../../src/check/look-at-totals-file.ts";
import { tempFiles } from "../temp-files.ts";

it("a file that is new, or of an earlier start, is none of its problems, and nothing is made or changed", () => {
  const { folder, write } = tempFiles();
  const file = join(folder, "totals.json");
  expect(lookAtTotalsFile(file)).toEqual({ file, goesOn: false, problems: [] });
  expect(readdirSync(folder)).toEqual([]);
  const kept = JSON.stringify({ version: 2, totals: [], positions: {} });
  write("totals.json", kept);
  expect(lookAtTotalsFile(file)).toEqual({ file, goesOn: true, problems: [] });
  expect([readdirSync(folder), readFileSync(file, "utf8")]).toEqual([["totals.json"], kept]);
});

it("a folder, and a file of somebody else, are not ours", () => {
  const { folder, write } = tempFiles();
  expect(lookAtTotalsFile(folder).problems).toMatchObject([
    { reason: "not_ours", detail: expect.stringContaining("this is a folder") },
  ]);
  expect(lookAtTotalsFile(write("notes.txt", "mine")).problems).toMatchObject([
    { reason: "not_ours", detail: expect.stringContaining("this is a file with other content") },
  ]);
});

it("a folder that is not there, or is a file, is said", () => {
  const { folder, write } = tempFiles();
  const said = (file: string) => lookAtTotalsFile(file).problems.map(({ detail, reason }) => [reason, detail]);
  const absent = join(folder, "absent", "totals.json");
  expect(said(absent)).toEqual([
    ["not_writable", `${absent}: the totals are not kept: there is no folder ${join(folder, "absent")}. Make it.`],
  ]);
  const below = join(write("file", ""), "totals.json");
  expect(said(below)).toMatchObject([["not_writable", expect.stringContaining("there is no folder")]]);
  const sealed = join(folder, "sealed");
  mkdirSync(sealed);
  chmodSync(sealed, 0o555);
  // The super-user may write anywhere.
  const isSuperUser = process.getuid?.() === 0;
  expect(said(join(sealed, "totals.json")).map(([reason]) => reason)).toEqual(isSuperUser ? [] : ["not_writable"]);
});
