import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { look, startBrowser } from "./browser-look.ts";
import { startPreview } from "./preview-server.ts";
import type { TimeRange } from "./time-range.ts";

const names: readonly string[] = ["dashboard", "operations", "operations.zh-TW"];
const root = new URL("../../", import.meta.url);

/** @throws Error when the program that makes the pictures small is missing */
export function requirePngquant(): void {
  if (spawnSync("pngquant", ["--version"]).error === undefined) return;
  throw new Error("pngquant, which makes the pictures small, is not on PATH: apt-get install pngquant");
}

/** Takes the picture of every committed dashboard into `docs/images`, and returns what was wrong on the pages. */
export async function takeDashboardImages(
  prometheus: string,
  range: TimeRange,
  scrapeSeconds: number,
): Promise<string[]> {
  const folder = fileURLToPath(new URL("docs/images/", root));
  mkdirSync(folder, { recursive: true });
  const browser = await startBrowser();
  const faults: string[] = [];
  try {
    for (const name of names) {
      const dashboard = new URL(`grafana/${name}.json`, root);
      const [from, to] = [String(range.from), String(range.to)];
      await using preview = await startPreview({ dashboard, prometheus, from, to, scrapeSeconds });
      const file = join(folder, `${name}.png`);
      const { panels, complaints } = await look(browser, preview.url, file);
      const broken = panels.filter(({ kind }) => kind === "error");
      faults.push(...broken.map(({ title, words }) => `${name}, ${title}: ${words.join(" ")}`));
      faults.push(...complaints.map((complaint) => `${name}: ${complaint}`));
      const small = spawnSync("pngquant", ["--force", "--strip", "--quality", "80-98", "--output", file, file]);
      if (small.status !== 0) faults.push(`${name}: pngquant ended with ${small.status}: ${small.stderr}`);
    }
  } finally {
    await browser.close();
  }
  return faults;
}
