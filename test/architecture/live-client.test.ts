import { expect, it } from "vitest";
import { spelledMetricNames } from "./contract-names.ts";
import { readImports } from "./module-imports.ts";
import { moduleFaults } from "./module-rules.ts";
import { undocumented } from "./tsdoc.ts";
import { codeBelow } from "./workspace.ts";

const files = codeBelow("packages/live/client");

it("the script of the live page takes every metric name from the contract", () => {
  expect(files.flatMap(spelledMetricNames)).toEqual([]);
});

it("it imports nothing but the contract, the address of the runbooks, and what draws curves", () => {
  const imports = files.flatMap((file) => readImports(file));
  const foreign = imports.filter(({ specifier, typeOnly }) => !specifier.startsWith(".") && !typeOnly);
  expect(new Set(foreign.map(({ specifier }) => specifier))).toEqual(
    new Set(["@taskvitals/core", "@taskvitals/rules", "uplot"]),
  );
});

it("its modules keep the rules of a library, and say what they export", () => {
  expect(files.flatMap(moduleFaults)).toEqual([]);
  expect(undocumented(files, [])).toEqual([]);
});

it("nothing in it makes markup of a text", () => {
  const unsafe = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/;
  expect(files.filter(({ text }) => unsafe.test(text)).map(({ path }) => path)).toEqual([]);
});
