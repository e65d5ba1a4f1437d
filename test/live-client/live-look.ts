import { readFileSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** A page that is open, and what the browser complained about. */
export interface LiveLook extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and violations of the policy. */
  readonly complaints: string[];
  /** Hosts that requests went to. */
  readonly hosts: Set<string>;
}

/** Opens the page and waits for its first state. */
export async function openLive(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<LiveLook> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    ...options,
  });
  const page = await context.newPage();
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
  await page.exposeFunction("complain", (text: string) => complaints.push(text));
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => complain(event.violatedDirective + ' ' + event.blockedURI))",
  );
  await page.goto(url);
  await page.locator("main:not([hidden])").waitFor();
  return { page, complaints, hosts, [Symbol.asyncDispose]: () => context.close() };
}

/** What axe-core finds wrong with the page, one line each. Its script comes through the debugger, which no policy of the page stops. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ': ' + target.join(' ') + ' ' + failureSummary)))",
  );
}
