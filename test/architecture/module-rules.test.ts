import { expect, it } from "vitest";
import { moduleFaults } from "./module-rules.ts";
import { codeBelow, workspaces } from "./workspace.ts";

it.each(workspaces("packages"))("$folder exports by name and keeps no state in modules", ({ folder }) => {
  expect(codeBelow(`${folder}/src`).flatMap(moduleFaults)).toEqual([]);
});

it.each([
  ['export * from "./b.ts";', "export *"],
  ["export default function a() {}", "default export"],
  ["export enum A { B }", "enum"],
  ["export namespace A { export const b = 1; }", "namespace"],
  ["export let count = 0;", "module-level let"],
  ["var count = 0;", "module-level var"],
])("sees %j", (text, fault) => {
  expect(moduleFaults({ path: "a.ts", text })).toEqual([`a.ts: ${fault}`]);
});

it("leaves constants, functions and local variables alone", () => {
  const text = 'export { b } from "./b.ts";\nexport const a = 1;\nexport function f() { let c = 0; c++; return c; }';
  expect(moduleFaults({ path: "a.ts", text })).toEqual([]);
});
