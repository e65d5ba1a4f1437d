import { describe, expect, it } from "vitest";
import { fileFaults } from "./file-rules.ts";
import { codeBelow } from "./workspace.ts";

describe("files", () => {
  it.each(["packages", "examples", "bench", "test"])("of %s are short and named after what they hold", (folder) => {
    const files = codeBelow(folder);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(fileFaults)).toEqual([]);
  });
});

it("sees a long file, and a name that says nothing", () => {
  expect(fileFaults({ path: "packages/a/src/queue.ts", text: "x\n".repeat(400) })).toEqual([]);
  expect(fileFaults({ path: "packages/a/src/queue.ts", text: "x\n".repeat(401) })).toEqual([
    "packages/a/src/queue.ts: 401 lines, above 400",
  ]);
  expect(fileFaults({ path: "packages/a/src/utils.test.ts", text: "" })).toHaveLength(1);
  expect(fileFaults({ path: "packages/a/src/helpers/error-type.ts", text: "" })).toHaveLength(1);
});
