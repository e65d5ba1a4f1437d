import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { outputs } from "../src/outputs.ts";

const root = new URL("../../../", import.meta.url);

describe.each(outputs().map((output) => [output.path, output] as const))("%s", (path, output) => {
  test("is committed as it is generated", () => {
    expect(readFileSync(new URL(path, root), "utf8")).toBe(output.content());
  });

  test("is the same whenever it is generated", () => {
    expect(output.content()).toBe(output.content());
  });
});
