import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { newestResults, type Result } from "./results.ts";
import { resultsTable, withTable } from "./results-table.ts";

const machine = { cpu: "a processor", cores: 2, memory: "4.0 GiB", os: "linux 6", arch: "x64", load: 0 };

function stored(result: Pick<Result, "benchmark" | "targets" | "figures"> & Partial<Result>): Result {
  return { date: "2026-03-01", machine, versions: { node: "24.0.0" }, ...result };
}

test.each(["README.md", "README.zh-TW.md"])("%s shows what the stored results give", (name) => {
  const readme = readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  expect(readme, "run: npm run bench:table").toBe(withTable(readme, resultsTable(newestResults())));
});

test("a target that was missed is shown as clearly as one that was kept, with the noise where it was measured", () => {
  const table = resultsTable([
    stored({
      benchmark: "jobs",
      targets: [{ name: "added_ratio", value: 0.03, limit: 0.01, ok: false }],
      figures: { noise_ratio: 0.02 },
    }),
    stored({
      benchmark: "pages",
      targets: [{ name: "page_ms", value: 8, limit: 25, ok: true }],
      figures: {},
      versions: { node: "24.0.0", ioredis: "6.0.0" },
    }),
  ]);
  expect(table.split("\n")).toEqual([
    "| target | figure | at most | kept | noise | run |",
    "|---|--:|--:|---|--:|---|",
    "| `added_ratio` | **0.03** | 0.01 | **no** | ± 0.02 | [jobs, 2026-03-01](bench/results/2026-03-01-jobs.json) |",
    "| `page_ms` | 8 | 25 | yes |  | [pages, 2026-03-01](bench/results/2026-03-01-pages.json) |",
    "",
    "Taken on a processor, 2 cores, 4.0 GiB, linux 6 x64; with ioredis 6.0.0, node 24.0.0.",
  ]);
});

test("without a stored run the text says so", () => {
  expect(resultsTable([])).toBe("No full run is stored yet.");
});

test("only what is between the markers changes", () => {
  const text = "before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n";
  expect(withTable(text, "new")).toBe("before\n<!-- bench:begin -->\nnew\n<!-- bench:end -->\nafter\n");
  expect(() => withTable("before <!-- bench:end --> <!-- bench:begin --> after", "new")).toThrow("bench:begin");
});
