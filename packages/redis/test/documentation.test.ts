import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type LayoutName, layouts } from "../src/layouts/layouts.ts";

const docs = new URL("../../../docs/", import.meta.url);
const overview = readFileSync(new URL("queues.md", docs), "utf8");

describe.each(Object.entries(layouts) as [LayoutName, (typeof layouts)[LayoutName]][])(
  "the page of %s",
  (name, layout) => {
    const page = new URL(`queues/${name}.md`, docs);

    it("is there, and in the overview with the version it was verified on", () => {
      expect(existsSync(page)).toBe(true);
      expect(overview).toContain(`| [\`${name}\`](queues/${name}.md) |`);
      const row = overview.split("\n").find((line) => line.startsWith(`| [\`${name}\`]`)) ?? "";
      expect(row).toContain(`| ${layout.verifiedOn} |`);
      expect(row.trim().endsWith(layout.index === undefined ? "| – |" : "| yes |")).toBe(true);
    });

    it("names every command that a user of Redis must be allowed, and every field with its default", () => {
      const text = readFileSync(page, "utf8");
      // Some pages list them by variant: all the code of that paragraph counts.
      const paragraph = text.split("\n\n").find((part) => part.startsWith("Commands")) ?? "";
      const named = [...paragraph.matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) => code.split(/[\s,]+/));
      expect(layout.commands.filter((command) => !named.includes(command))).toEqual([]);
      for (const field of Object.keys(layout.fields)) expect(text).toContain(`\`${field}\``);
    });
  },
);
