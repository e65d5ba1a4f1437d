import { expect, it } from "vitest";
import { undocumented } from "./tsdoc.ts";
import { codeBelow, publishedPackages } from "./workspace.ts";

it.each(publishedPackages())("$folder documents every export and every public field", ({ folder, manifest }) => {
  const entries = Object.values(manifest.exports ?? {}).map((target) => {
    const declarations = typeof target === "object" ? target.types : undefined;
    return String(declarations).replace(/^\.\/dist\/(.*)\.d\.ts$/, `${folder}/src/$1.ts`);
  });
  expect(undocumented(codeBelow(`${folder}/src`), entries)).toEqual([]);
});

it("sees bare exports, fields, nested fields, methods and class members, and what only looks like a comment", () => {
  const index = 'export { Options, start, Handle } from "./start.ts";\nexport const version = 1;';
  const start = `
    /** Options. */
    export interface Options {
      /** Documented. */
      readonly a: string;
      readonly b: string;
      readonly kind: "tag";
      // Not a doc comment.
      readonly group: { /** Fine. */ c: number; d: number };
      /** */
      method(): void;
    }
    /** Starts. */
    export function start(options: { e: number }): void { const local: { f: number } = { f: 1 }; }
    /** A handle. */
    export class Handle {
      #hidden = 1;
      private secret = 2;
      constructor() {}
      override toString() { return ""; }
      [Symbol.dispose]() {}
      close() {}
    }
    /** Internal, so its fields are its own business. */
    export interface Internal { g: number }
    export const bare = 1;
  `;
  const files = [
    { path: "src/index.ts", text: index },
    { path: "src/start.ts", text: start },
  ];
  expect(undocumented(files, ["src/index.ts"])).toEqual([
    "src/index.ts: version",
    "src/start.ts: bare",
    "src/start.ts: Options.b",
    "src/start.ts: Options.group",
    "src/start.ts: Options.group.d",
    "src/start.ts: Options.method",
    "src/start.ts: Handle.close",
  ]);
});
