import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configurationPage } from "../../scripts/configuration-page.ts";
import { projectFolder, readPage } from "./pages.ts";

const page = readPage("docs/configuration.md").text;

it("the page of the configuration is what its sources say today: npm run generate", () => {
  expect(page).toBe(configurationPage());
});

it("every variable that the packages read is on it", () => {
  const folders = ["sdk", "exporter"].map((name) => `${projectFolder}packages/${name}/src`);
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(`${folder}/${file}`, "utf8")),
  );
  const read = sources.flatMap((text) => [...text.matchAll(/"((?:OTEL|TASKVITALS|REDIS)_[A-Z_]+[A-Z])"/g)]);
  const names = new Set(read.map(([, name = ""]) => name));
  expect(names.size).toBeGreaterThan(20);
  expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it("every flag that serves has the variable that says the same", () => {
  const [, flags = ""] = page.split("### Flags\n");
  const rows = flags.split("\n### ")[0]?.match(/^\| `--.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => row.split(" | ")[1] === "–")).toEqual([]);
});

it("no option is without words", () => {
  const rows = page.match(/^\| `[^|]*$|^\|.*\|$/gm) ?? [];
  expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
});
