// Run by `npm run preview`: draws a dashboard's file from a Prometheus, for the eye or into a picture.
import { look, startBrowser } from "./browser-look.ts";
import { readPreviewArguments, usage } from "./preview-arguments.ts";
import { startPreview } from "./preview-server.ts";

try {
  const { preview: options, screenshot } = readPreviewArguments(process.argv.slice(2));
  const preview = await startPreview(options);
  if (screenshot === undefined) {
    console.log(`The preview is at ${preview.url} until Ctrl-C. It is not Grafana.`);
  } else {
    await using _ = preview;
    process.exitCode = (await takeScreenshot(preview.url, screenshot)) ? 0 : 1;
  }
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 1;
}

/** False when something on the page is wrong; what, goes to stderr. */
async function takeScreenshot(url: string, path: string): Promise<boolean> {
  const browser = await startBrowser();
  try {
    const { panels, complaints } = await look(browser, url, path);
    const broken = panels.filter(({ kind }) => kind === "error");
    for (const { title, words } of broken) console.error(`${title}: ${words.join(" ")}`);
    for (const complaint of complaints) console.error(complaint);
    const drawn = panels.filter(({ kind }) => kind !== "row");
    const empty = drawn.filter(({ kind }) => kind === "empty");
    console.log(`${path}: ${drawn.length} panels, ${empty.length} without data, ${broken.length} broken`);
    return broken.length === 0 && complaints.length === 0;
  } finally {
    await browser.close();
  }
}
