// Run by `npm run pictures`: takes the pictures in docs/images from the finetune example while things go wrong, and of the live page.
import { fileURLToPath } from "node:url";
import { startFinetuneRun } from "../finetune-run.ts";
import { takeLiveImages } from "../live-page/take-live-images.ts";
import { requirePngquant, takeDashboardImages } from "./dashboard-images.ts";
import { STORY_MINUTES, tellFinetuneStory } from "./finetune-story.ts";

const SCRAPE_SECONDS = 5;
const rules = fileURLToPath(new URL("../../prometheus/rules/*.yml", import.meta.url));

requirePngquant();
// Beside the story, as it takes as long.
const live = takeLiveImages();
await using run = await startFinetuneRun({ tasks: 10, scrapeInterval: `${SCRAPE_SECONDS}s`, ruleFiles: [rules] });
console.log(`For ${STORY_MINUTES} minutes Prometheus is at ${run.prometheus.url}`);
await tellFinetuneStory(run, console.log);
const to = Date.now() / 1000;
const faults = await takeDashboardImages(run.prometheus.url, { from: to - STORY_MINUTES * 60, to }, SCRAPE_SECONDS);
const all = [...faults, ...(await live)];
for (const fault of all) console.error(fault);
if (all.length > 0) process.exitCode = 1;
