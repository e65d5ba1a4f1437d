import { gzipSync } from "node:zlib";
import { liveDocument } from "@taskvitals/live";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_DOCUMENT_BYTES } from "../scripts/live-document.ts";
import { startBrowser } from "./dashboard-preview/browser-look.ts";
import { accessibilityFaults, openLive } from "./live-client/live-look.ts";
import { StagedServer } from "./live-client/staged-server.ts";
import {
  busyPlatform,
  emptyPlatform,
  gappyHistory,
  HOSTILE,
  healthyQueue,
  widePlatform,
} from "./live-client/staged-states.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(() => browser?.close());

const now = (): number => Date.now() / 1000;

/** The cells of a queue, by column. */
function cell(page: Page, queue: string, column: string) {
  const row = page.locator(".queues tbody tr", { has: page.locator("th a", { hasText: new RegExp(`^${queue}$`) }) });
  return row.locator(`td[data-column="${column}"]`);
}

test("the document is one file of at most 60 kB as it is sent", () => {
  expect(gzipSync(liveDocument.html).length).toBeLessThanOrEqual(MAX_DOCUMENT_BYTES);
  expect(liveDocument.html).not.toMatch(/<(?:script|img|link)[^>]*(?:src|href)="(?!data:)/);
});

describe("what is not known", () => {
  test("is a dash with its reason, never 0; a reading that fails counts on by itself", async () => {
    const at = now();
    await using server = await StagedServer.start(busyPlatform(at));
    await using live = await openLive(browser, server.url);
    const { page } = live;
    const ready = cell(page, "invoices", "ready");
    expect(await ready.textContent()).toContain("—");
    expect(await ready.getAttribute("title")).toBe("not known: the queue cannot be read (refused)");
    expect(await cell(page, "mails", "failure").getAttribute("title")).toBe(
      "no task ended lately, so there is no ratio",
    );
    expect(await cell(page, "images", "ready").textContent()).toBe("12");
    expect(await cell(page, "images", "failure").textContent()).toBe("1.3%");
    const reading = cell(page, "invoices", "reading");
    const first = await reading.textContent();
    expect(first).toMatch(/^no reading for \d+ s: refused$/);
    await expect.poll(() => reading.textContent()).not.toBe(first);
    expect(live.complaints).toEqual([]);
    expect([...live.hosts]).toEqual([new URL(server.url).host]);
  });

  test("is a gap in a curve, also where readings are missing in between", async () => {
    const at = now();
    await using server = await StagedServer.start(busyPlatform(at));
    server.history = gappyHistory(at);
    await using live = await openLive(browser, `${server.url}#queue=images`);
    const drawing = live.page.locator(".details .plot").first();
    await expect
      .poll(() => drawing.getAttribute("aria-label"))
      .toMatch(/^Ready tasks\. Ready: last .*, lowest .*, highest /);
    // The columns of the canvas in which the curve left anything, from its left end to its right end.
    const gap = await drawing.locator("canvas").evaluate((node) => {
      const canvas = node as unknown as PageCanvas;
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const isBlue = (x: number): boolean => {
        for (let y = 0; y < height; y++) {
          const at = 4 * (y * width + x);
          if ((data[at + 3] ?? 0) > 120 && (data[at + 2] ?? 0) - (data[at] ?? 0) > 90) return true;
        }
        return false;
      };
      const inked = Array.from({ length: width }, (_, x) => isBlue(x));
      const runs: number[] = [];
      let run = 0;
      for (const ink of inked.slice(inked.indexOf(true), inked.lastIndexOf(true))) {
        if (!ink) run++;
        else if (run > 0) runs.push(run);
        if (ink) run = 0;
      }
      return { widest: Math.max(0, ...runs), width };
    });
    // Two of fifteen minutes were not read.
    expect(gap.widest).toBeGreaterThan(gap.width * 0.08);
  });

  test("is everything, where there is nothing to read: the page tells what to do", async () => {
    await using server = await StagedServer.start(emptyPlatform(now()));
    await using live = await openLive(browser, server.url);
    expect(await live.page.locator(".empty").textContent()).toContain("startTaskVitals");
    expect(await live.page.locator(".answers").textContent()).toMatch(/Not known yet[\s\S]*Not known[\s\S]*Not known/);
    await expect.poll(() => live.page.locator(".watched").textContent()).toMatch(/^watched for 4\d s$/);
    expect(live.complaints).toEqual([]);
  });
});

describe("a process that does not answer", () => {
  test("is said at once, with how old the numbers are; they come back by themselves", async () => {
    await using server = await StagedServer.start(busyPlatform(now(), { tickSeconds: 1 }));
    await using live = await openLive(browser, server.url);
    const { page } = live;
    await expect.poll(() => server.open.size).toBe(1);
    server.away(true);
    const notice = page.locator(".notice");
    await expect
      .poll(() => notice.textContent())
      .toMatch(/^No answer from this process for \d+ s\. What stands below was known at /);
    expect(await page.locator("body.old").count()).toBe(1);
    server.state = busyPlatform(now(), { tickSeconds: 1, failure: "every source failed" });
    server.away(false);
    await expect
      .poll(() => notice.textContent())
      .toMatch(/^The newest readings could not be taken: every source failed\./);
    server.state = busyPlatform(now(), { tickSeconds: 60 });
    await expect.poll(() => notice.isHidden()).toBe(true);
    await expect.poll(() => page.locator("body.old").count()).toBe(0);
  });

  test("a stream that is refused is replaced by asking; a hidden tab has neither", async () => {
    await using server = await StagedServer.start(busyPlatform(now(), { tickSeconds: 1 }));
    server.streams = "full";
    await using live = await openLive(browser, server.url);
    const { page } = live;
    expect(await page.locator(".polling").count()).toBe(1);
    const polls = (): number => server.asked.filter((path) => path === "/live/state").length;
    const before = polls();
    await expect.poll(polls).toBeGreaterThan(before);
    server.streams = "open";
    await expect.poll(() => server.open.size).toBe(1);
    await expect.poll(() => page.locator(".stream").count()).toBe(1);
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    await expect.poll(() => server.open.size).toBe(0);
    await page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
    await expect.poll(() => server.open.size).toBe(1);
  });
});

test("changes arrive one by one, and a changed verdict is said once", async () => {
  const at = now();
  await using server = await StagedServer.start(busyPlatform(at));
  await using live = await openLive(browser, server.url);
  const { page } = live;
  await expect.poll(() => server.open.size).toBe(1);
  const { queues, tasks, ...rest } = busyPlatform(at + 5);
  const images = healthyQueue("images", at + 5, { ready: 13, verdict: "backlog", cause: "too_old" });
  server.tell("change", {
    ...rest,
    queues: [images],
    tasks: [],
    goneQueues: ["legacy"],
    goneTasks: [["mails", "send"]],
  });
  await expect.poll(() => cell(page, "images", "ready").textContent()).toBe("13");
  expect(await cell(page, "legacy", "ready").count()).toBe(0);
  expect(await page.locator(".queues .count").textContent()).toBe(`${queues.length - 1} of ${queues.length - 1}`);
  expect(await page.locator(".tasks tbody th").count()).toBe(tasks.length - 1);
  expect(await page.locator("#said").textContent()).toBe("Queue images: backlog");
});

test("what the numbers leave out stands right below the answers, each with its runbook, and goes when it is over", async () => {
  const state = busyPlatform(now());
  await using server = await StagedServer.start(state);
  await using live = await openLive(browser, server.url);
  const doubts = live.page.locator("section.doubts");
  expect(await doubts.locator("li").allTextContents()).toEqual([
    expect.stringContaining("12 task events of the broker jobs were missed"),
    expect.stringContaining("task_success_total was at its limit of series 3 times"),
  ]);
  const links = await doubts.locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(links).toEqual([expect.stringMatching(/#taskeventsmissed$/), expect.stringMatching(/#taskseriesrefused$/)]);
  await expect.poll(() => server.open.size).toBe(1);
  const nothingElse = { queues: [], tasks: [], goneQueues: [], goneTasks: [] };
  server.tell("change", { ...state, at: state.at + 5, doubts: [], ...nothingElse });
  await doubts.waitFor({ state: "hidden" });
});

test("no name becomes markup, and none turns what stands beside it", async () => {
  const at = now();
  const base = busyPlatform(at);
  const hostile = {
    ...base,
    about: { ...base.about, service: HOSTILE },
    failure: HOSTILE,
    queues: base.queues.map((row) => ({
      ...row,
      queue: HOSTILE + row.queue,
      because: HOSTILE,
      next: HOSTILE,
      alert: HOSTILE,
      reason: HOSTILE,
    })),
    tasks: [{ queue: `${HOSTILE}images`, task: HOSTILE, ended: 3, perSecond: 1 }],
    doubts: base.doubts.map((doubt) => ({ ...doubt, of: HOSTILE })),
    brokers: base.brokers.map((row) => ({ ...row, broker: HOSTILE + row.broker, because: HOSTILE, next: HOSTILE })),
    answers: { ...base.answers, stuck: base.answers.stuck.map((name) => HOSTILE + name) },
  };
  await using server = await StagedServer.start(hostile);
  server.history = gappyHistory(at);
  const fragment = `#${new URLSearchParams({ queue: `${HOSTILE}images`, task: HOSTILE })}`;
  await using live = await openLive(browser, server.url + fragment);
  const { page } = live;
  expect(await page.locator("#details-title").textContent()).toContain("images");
  for (const language of ["en", "zh-TW"]) {
    await page.locator(".switches select").first().selectOption(language);
    await expect.poll(() => page.locator(".details .plot[aria-label]").count()).toBe(2);
    expect(await page.locator("img, body script:not([type])").count()).toBe(0);
    const text = (await page.locator("header, .notice, main").allTextContents()).join("\n");
    expect(text).toContain("<img src=x onerror=");
    expect(text).toContain("\\u{202e}");
    expect(text).not.toContain("\u202e");
    expect(text).not.toContain("\u0007");
  }
  const query = await page.locator(".details .copy").first().getAttribute("title");
  expect(query).toContain('onerror=\\"window.injected=1\\">');
  expect(query).toContain("\\u202e\\u0007{{x}}\\\\");
  expect(await page.evaluate("window.injected")).toBeUndefined();
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  expect(live.complaints).toEqual([]);
  expect([...live.hosts]).toEqual([new URL(server.url).host]);
});

test("1 000 queues: few rows are drawn, all are reached by scrolling, filtering, sorting and keys", async () => {
  await using server = await StagedServer.start(widePlatform(now(), 1000));
  await using live = await openLive(browser, server.url);
  const { page } = live;
  const names = page.locator(".queues tbody th");
  expect(await page.locator(".queues table").getAttribute("aria-rowcount")).toBe("1001");
  expect(await names.count()).toBeLessThan(60);
  await page.locator(".queues .scroller").evaluate((node) => {
    (node as unknown as { scrollTop: number }).scrollTop = 1e9;
  });
  await expect.poll(() => names.last().textContent()).toBe("tenant-0998");
  expect(await page.locator(".queues tbody tr[role=row]").last().getAttribute("aria-rowindex")).toBe("1001");

  await page.locator(".queues thead button", { hasText: "Ready" }).click();
  await expect.poll(() => names.first().textContent()).toBe("tenant-0998");
  expect(await page.locator(".queues th[aria-sort=descending]").textContent()).toContain("Ready");

  await page.locator(".queues input").fill("tenant-04");
  await expect.poll(() => page.locator(".queues .count").textContent()).toBe("100 of 1,000");
  await page.locator(".queues input").fill("starving");
  await expect.poll(() => names.allTextContents()).toEqual(["mails"]);
  await page.locator(".queues input").fill("no such queue");
  await expect.poll(() => page.locator(".queues .note").isVisible()).toBe(true);
  await page.locator(".queues input").fill("");

  await names.first().locator("a").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
  const focused = (): Promise<string> => page.evaluate("document.activeElement.textContent");
  expect(await focused()).toBe("tenant-0997");
  await page.keyboard.press("End");
  expect(await focused()).toBe("tenant-0000");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("#details-title").textContent()).toBe("Queue tenant-0000");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator("#details-title").count()).toBe(0);
  expect(await focused()).toBe("tenant-0000");
});

test("what is chosen is in the address, and the back button leads back", async () => {
  await using server = await StagedServer.start(busyPlatform(now()));
  await using live = await openLive(browser, `${server.url}#queue=images&task=resize`);
  const { page } = live;
  const title = page.locator("#details-title");
  expect(await title.textContent()).toBe("Task resize of queue images");
  await page.locator(".queues tbody a", { hasText: "mails" }).click();
  await expect.poll(() => title.textContent()).toBe("Queue mails");
  expect(new URL(page.url()).hash).toBe("#queue=mails");
  await expect.poll(() => server.asked).toContain("/live/history?queue=mails");
  expect(server.asked).toContain("/live/history?queue=images&task=resize");
  await page.goBack();
  await expect.poll(() => title.textContent()).toBe("Task resize of queue images");
});

test("a query is copied, and says so", async () => {
  await using server = await StagedServer.start(busyPlatform(now()));
  await using live = await openLive(browser, `${server.url}#queue=images`, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const button = live.page.locator(".details .copy").first();
  await button.click();
  await expect.poll(() => button.textContent()).toContain("Copied");
  expect(await live.page.evaluate("navigator.clipboard.readText()")).toBe(await button.getAttribute("title"));
  const runbook = live.page.locator(".details figcaption a").first();
  expect(await runbook.getAttribute("href")).toMatch(/docs\/runbooks\.md#taskqueuegrowing$/);
});

describe.each([
  ["en-GB", "light", 1360],
  ["zh-TW", "dark", 360],
] as const)("in %s, %s, %i pixels wide", (locale, colorScheme, width) => {
  test("axe-core finds nothing, and nothing is wider than the screen", async () => {
    const at = now();
    await using server = await StagedServer.start(busyPlatform(at));
    server.history = gappyHistory(at);
    const options = { locale, colorScheme, viewport: { width, height: 740 } };
    await using live = await openLive(browser, `${server.url}#queue=images`, options);
    const { page } = live;
    expect(await page.locator("html").getAttribute("lang")).toBe(locale === "zh-TW" ? "zh-TW" : "en");
    expect(await page.locator(".answers h2").first().textContent()).toBe(
      locale === "zh-TW" ? "健康嗎？" : "Is it healthy?",
    );
    await expect.poll(() => page.locator(".plot[aria-label] canvas").count()).toBeGreaterThan(5);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(live.complaints).toEqual([]);
    // What is old is readable as well.
    server.away(true);
    await page.locator("body.old").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

test("language and colours are switched, and remembered", async () => {
  await using server = await StagedServer.start(busyPlatform(now()));
  await using live = await openLive(browser, server.url);
  const { page } = live;
  await page.locator(".switches select").first().selectOption("zh-TW");
  await expect.poll(() => page.locator(".queues h2").textContent()).toBe("佇列");
  await page.locator(".switches select").last().selectOption("dark");
  await page.reload();
  await expect.poll(() => page.locator(".queues h2").textContent()).toBe("佇列");
  expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("dark");
});

/** The part of a canvas that is read; this file runs in Node.js, whose types have none. */
interface PageCanvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}
