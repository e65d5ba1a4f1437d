import { contract } from "@taskvitals/core";
import { parseQueue } from "@taskvitals/redis";
import { describe, expect, it } from "vitest";
import { layouts } from "../../packages/redis/src/layouts/layouts.ts";
import { codeBlocks } from "./code-blocks.ts";
import { readPage } from "./pages.ts";
import { shellCommands } from "./shell-lines.ts";

const HEADING = "## From install to the first look";
const names = Object.values(contract).map(({ name }) => name);
const index = readPage("docs/README.md").text;

describe.each(Object.keys(layouts))("the page of %s takes its user to the first look:", (layout) => {
  const page = readPage(`docs/queues/${layout}.md`);
  const section = page.text.split(HEADING)[1]?.split("\n## ")[0] ?? "";

  it("with a command of the exporter that reads a queue of that framework", () => {
    const commands = codeBlocks({ ...page, text: section }).flatMap(({ text }) => shellCommands(text));
    const exporter = commands.filter(({ program }) => program === "npx");
    expect(exporter).toHaveLength(1);
    const args = exporter[0]?.args ?? [];
    expect(parseQueue(args[args.indexOf("--queue") + 1] ?? "", "--queue")).toMatchObject({ layout });
  });

  it("with what is seen, what is not known and why, and what comes next", () => {
    for (const part of ["What you see", "What stays unknown, and why", "Next"]) {
      expect(section.split(`**${part}**: `)[1]?.split("\n\n")[0]?.length).toBeGreaterThan(40);
    }
  });

  it("names only metrics of the contract as seen", () => {
    const [, seen = ""] = section.split("**What you see**: ");
    const shown = [...(seen.split("\n\n")[0] ?? "").matchAll(/`(task_\w+)`/g)].map(([, name]) => name);
    expect(shown.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(shown));
    // What a reading tells is in the table of the page too; what events tell, and a plain list, are elsewhere.
    const table = page.text.split("## How it is declared")[1] ?? "";
    const read = shown.filter((name = "") => /^task_(queue|workers|broker)/.test(name));
    expect(
      read.filter((name = "") => !(layout === "celery" && name === contract.workers.name) && !table.includes(name)),
    ).toEqual([]);
  });

  it("and is in the list of frameworks", () => {
    expect(index).toContain(`(queues/${layout}.md)`);
  });
});
