import { expect, it } from "vitest";
import { readImports } from "./module-imports.ts";

it("finds every way to refer to a module, and which leave nothing at run time", () => {
  const text = `
    import a, { type B } from "value";
    import type { C } from "whole-type";
    import { type D, type E } from "named-types";
    import "side-effect";
    export { f } from "re-export";
    export type { G } from "re-export-type";
    export * from "star";
    const h = await import("dynamic");
    let i: import("type-query").I;
    const j = require("required");
    // import k from "comment"
    const l = "import m from 'string'";
  `;
  expect(readImports({ path: "a.ts", text })).toEqual([
    { specifier: "value", typeOnly: false },
    { specifier: "whole-type", typeOnly: true },
    { specifier: "named-types", typeOnly: true },
    { specifier: "side-effect", typeOnly: false },
    { specifier: "re-export", typeOnly: false },
    { specifier: "re-export-type", typeOnly: true },
    { specifier: "star", typeOnly: false },
    { specifier: "dynamic", typeOnly: false },
    { specifier: "type-query", typeOnly: true },
    { specifier: "required", typeOnly: false },
  ]);
});
