import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { newestPaths, RECKONED_WORKER, scaleTables, withTables } from "./scale-page.ts";
import { PAIRS } from "./simulated-worker.ts";
import { sharedSeries, workerSeries } from "./worker-series.ts";

test("docs/scale.md shows what the newest stored run and the contract give", () => {
  const page = readFileSync(new URL("../../docs/scale.md", import.meta.url), "utf8");
  expect(page, "run: npm run bench:table").toBe(withTables(page, scaleTables(newestPaths())));
});

test("the series that the contract gives are those that were scraped", () => {
  const queues = new Set(PAIRS.map(({ queue }) => queue));
  expect({ pairs: PAIRS.length, queues: queues.size }).toEqual(RECKONED_WORKER);
  const fleets = newestPaths()?.figures.per_worker_and_minute as Record<string, Measured> | undefined;
  for (const { scrape, shared_totals } of Object.values(fleets ?? {})) {
    if (scrape.failed_ratio === 0) expect(scrape.series).toBe(workerSeries(RECKONED_WORKER));
    expect(shared_totals.page_samples).toBe(sharedSeries(RECKONED_WORKER));
  }
});

interface Measured {
  readonly scrape: { readonly series: number; readonly failed_ratio: number };
  readonly shared_totals: { readonly page_samples: number };
}

test("only what is between the markers changes", () => {
  const text = "a\n<!-- one:begin -->\nold\n<!-- one:end -->\nb\n";
  expect(withTables(text, { one: "new" })).toBe("a\n<!-- one:begin -->\n\nnew\n\n<!-- one:end -->\nb\n");
  expect(() => withTables(text, { other: "new" })).toThrow("other:begin");
});
