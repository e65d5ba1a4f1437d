import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** What a browser found on the page of a preview. */
export interface Look {
  readonly panels: readonly SeenPanel[];
  /** Errors and warnings of the browser's console, and exceptions of the page. */
  readonly complaints: readonly string[];
  /** Hosts that the page sent requests to. */
  readonly hosts: readonly string[];
}

/** One panel as it stands on the page. */
export interface SeenPanel {
  readonly title: string;
  /** How it was drawn, such as `lines`; `empty`: its words for no data; `error`: why it could not be. */
  readonly kind: string;
  /** The texts below its title, those that a canvas shows excepted. */
  readonly words: readonly string[];
  /** Whether it is wider than its panel, so that one would have to scroll. */
  readonly isTooWide: boolean;
  /** Whether it drew something besides text. */
  readonly hasDrawing: boolean;
}

/** Starts the headless Chromium that is on PATH. @throws Error when there is none */
export async function startBrowser(): Promise<Browser> {
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find(isExecutable);
  if (path === undefined) throw new Error("Chromium is not on PATH as chromium; `npm run services` says how to get it");
  return chromium.launch({ executablePath: path });
}

/** Opens a preview at 1280 pixels, waits until it is drawn, and takes a screenshot of the whole page if a path is given. */
export async function look(browser: Browser, url: string, screenshot?: string): Promise<Look> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, timezoneId: "UTC", locale: "en-GB" });
  try {
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== "data:") hosts.add(host);
    });
    await page.goto(url);
    await page.waitForSelector("body[data-state]", { timeout: 60_000 });
    if (screenshot !== undefined) await page.screenshot({ path: screenshot, fullPage: true });
    const failure = page.locator("body[data-state=failed]");
    if ((await failure.count()) > 0) complaints.push(...(await failure.allTextContents()));
    const panels = await page.locator("section").evaluateAll((sections) =>
      (sections as unknown as PageSection[]).map((section) => ({
        title: section.dataset.panel ?? "",
        kind: section.dataset.kind ?? "",
        words: [...section.querySelectorAll("p, strong, span, th, td, .state")].map(({ textContent }) => textContent),
        isTooWide: section.scrollWidth > section.clientWidth,
        hasDrawing: section.querySelector("canvas, .band, .fill") !== null,
      })),
    );
    return { panels, complaints, hosts: [...hosts] };
  } finally {
    await page.close();
  }
}

/** The part of the browser's element that is read; this file runs in Node.js, whose types have none. */
interface PageSection {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  querySelector(selector: string): unknown;
  querySelectorAll(selector: string): Iterable<{ readonly textContent: string }>;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
