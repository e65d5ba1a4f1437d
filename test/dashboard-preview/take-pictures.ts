// Run by `npm run pictures`: takes the pictures in docs/images from the finetune example while things go wrong. It takes a quarter of an hour.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startFinetuneRun } from "../finetune-run.ts";
import { look, startBrowser } from "./browser-look.ts";
import { STORY_MINUTES, tellFinetuneStory } from "./finetune-story.ts";
import { startPreview } from "./preview-server.ts";

const names: readonly string[] = ["dashboard", "operations", "operations.zh-TW"];
const root = new URL("../../", import.meta.url);
const images = fileURLToPath(new URL("docs/images/", root));

if (spawnSync("pngquant", ["--version"]).error !== undefined) {
  throw new Error("pngquant, which makes the pictures small, is not on PATH: apt-get install pngquant");
}
const ruleFile = fileURLToPath(new URL("prometheus/rules/*.yml", root));
await using run = await startFinetuneRun({ tasks: 10, scrapeInterval: "5s", ruleFiles: [ruleFile] });
console.log(`Prometheus is at ${run.prometheus.url} for ${STORY_MINUTES} minutes`);
await tellFinetuneStory(run, console.log);

const now = Date.now() / 1000;
const browser = await startBrowser();
mkdirSync(images, { recursive: true });
try {
  for (const name of names) {
    await using preview = await startPreview({
      dashboard: new URL(`grafana/${name}.json`, root),
      prometheus: run.prometheus.url,
      from: String(now - STORY_MINUTES * 60),
      to: String(now),
      scrapeSeconds: 5,
    });
    const file = join(images, `${name}.png`);
    const { panels, complaints } = await look(browser, preview.url, file);
    spawnSync("pngquant", ["--force", "--output", file, "--quality", "80-98", "--strip", file], { stdio: "inherit" });
    const broken = panels.filter(({ kind }) => kind === "error");
    for (const { title, words } of broken) console.error(`${name}, ${title}: ${words.join(" ")}`);
    for (const complaint of complaints) console.error(`${name}: ${complaint}`);
    if (broken.length + complaints.length > 0) process.exitCode = 1;
  }
} finally {
  await browser.close();
}
