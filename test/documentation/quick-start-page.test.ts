import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("the page of the quick start shows it as it is, in at most 60 lines", () => {
  const quickstart = read("examples/quickstart/main.ts").trimEnd();
  expect(quickstart.split("\n").length).toBeLessThanOrEqual(60);
  expect(read("docs/quick-start.md")).toContain(`\`\`\`ts\n${quickstart}\n\`\`\``);
});

it("what it prints first is what its source prints", () => {
  const terminal = read("examples/quickstart/terminal.ts");
  const printed = /What it prints:\n\n```text\n(.*?)```/s.exec(read("docs/quick-start.md"))?.[1] ?? "";
  const labels = [...printed.matchAll(/^([A-Z][a-z]+: +)/gm)].map(([, label = ""]) => label);
  expect(labels).toEqual([...terminal.matchAll(/^([A-Z][a-z]+: +)(?=.*\$\{)/gm)].map(([, label]) => label));
});
