import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the README", () => {
  it("shows the quick start as it is, in at most 60 lines", () => {
    const quickstart = read("examples/quickstart/main.ts").trimEnd();
    expect(quickstart.split("\n").length).toBeLessThanOrEqual(60);
    expect(read("README.md")).toContain(`\`\`\`ts\n${quickstart}\n\`\`\``);
  });

  it("links to files that exist", () => {
    const links = [...read("README.md").matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] as string);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links.filter((target) => !target.endsWith("/"))) {
      if (!link.includes(".") && !link.includes("LICENSE")) continue;
      expect(() => read(link), link).not.toThrow();
    }
  });
});
