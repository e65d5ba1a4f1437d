import type { Browser, Page } from "playwright-core";

/** The live page as somebody sees it in a browser. */
export interface SeenPage extends AsyncDisposable {
  readonly page: Page;
  /** The cells of a row by their headings, of the queue or task of that name; `undefined` where there is no such row. */
  row(table: "queues" | "tasks", name: string): Promise<SeenRow | undefined>;
  /** The texts of the three answers: healthy? stuck where? more workers? */
  answers(): Promise<readonly string[]>;
  /** Everything that is written on it. */
  text(): Promise<string>;
  /** Errors and warnings of the console, exceptions, breaches of the content policy, and hosts other than its own. Empty while all is well. */
  readonly faults: readonly string[];
}

/** One row, by heading. */
export type SeenRow = Readonly<Record<string, string>>;

/** How the browser is set up. */
export interface SeenPageOptions {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  readonly locale?: string;
}

/** Opens a live page and waits until it shows something. */
export async function openLivePage(browser: Browser, url: string, options: SeenPageOptions = {}): Promise<SeenPage> {
  const { colorScheme = "light", locale = "en-GB", width = 1280 } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    locale,
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const { host } = new URL(url);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.host !== host) faults.push(`asked ${asked.host}`);
  });
  await page.goto(url);
  await page.locator("article.health .answer").waitFor({ timeout: 20_000 });
  return {
    page,
    faults,
    async row(table, name) {
      const rows = await page.locator(`[aria-labelledby=${table}-title] [role=row]`).evaluateAll((found) =>
        (found as unknown as RowElement[]).map((row) => ({
          name: row.querySelector("th bdi")?.textContent ?? "",
          cells: [...row.querySelectorAll("td")].map((cell) => [
            cell.getAttribute("data-label") ?? "",
            // What is out of sight is the reason beside a dash.
            (cell.querySelector("[aria-hidden]") ?? cell).textContent ?? "",
          ]),
        })),
      );
      const row = rows.find((one) => one.name === name);
      return row && (Object.fromEntries(row.cells) as SeenRow);
    },
    answers: () => page.locator("article.card .answer").allTextContents(),
    text: async () => (await page.locator("body").textContent()) ?? "",
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** The part of the browser's element that is read; this file runs in Node.js, whose types have none. */
interface RowElement {
  querySelector(selector: string): { readonly textContent: string | null } | null;
  querySelectorAll(
    selector: string,
  ): Iterable<RowElement & { readonly textContent: string | null; getAttribute(name: string): string | null }>;
}
