import { expect, it } from "vitest";
import { codeBlocks } from "./code-blocks.ts";

const blocksOf = (...lines: string[]) => codeBlocks({ path: "a.md", text: lines.join("\n") });

it("a fenced block has the language behind its fence, and the line it begins on", () => {
  expect(blocksOf("# A", "```ts", "const one = 1;", "", "one;", "```", "b")).toEqual([
    { place: "a.md:2", language: "ts", text: "const one = 1;\n\none;\n" },
  ]);
});

it("an indented block is commands of a shell", () => {
  expect(blocksOf("Run", "", "    npm ci", "", "    npm test", "", "Then")).toEqual([
    { place: "a.md:3", language: "sh", text: "npm ci\n\nnpm test\n" },
  ]);
});

it("a paragraph below an item of a list is no block, and a fence in it is one", () => {
  expect(blocksOf("- One", "", "    more of it", "", "  ```json", "  {}", "  ```")).toEqual([
    { place: "a.md:5", language: "json", text: "{}\n" },
  ]);
});

it("a fence that says nothing has no language, which no check accepts", () => {
  expect(blocksOf("```", "?", "```")[0]?.language).toBe("");
});
