import { setTimeout as pause } from "node:timers/promises";
import { type MetricsPage, parseMetricsPage } from "../metrics-page.ts";
import { waitUntil } from "../services/index.ts";
import { seriesKey } from "./counted-tasks.ts";

/** One is asked all the time, the others seldom: what only one of them has shown is what a store that loses it must not make fall. */
const OFTEN_MS = 50;
const SELDOM_MS = 800;
const TIMEOUT_MS = 15_000;
/** What only grows; the rest are gauges. */
const GROWING = /_(total|count|sum|bucket)$/;

/** Totals as several processes show them, looked at again and again. */
export interface WatchedTotals extends AsyncDisposable {
  /** What was wrong with what was shown: a total that fell, or that vanished from a page. Empty while all is well. */
  readonly faults: readonly string[];
  /** Pages that were looked at, and how often there was none. */
  readonly pages: { readonly shown: number; readonly absent: number };
  /** Waits until each of them, or of those that are named, has answered a request of after this call with the totals; answers these pages. */
  shown(what: string, by?: readonly string[]): Promise<readonly Totals[]>;
  /** Waits until each of them shows totals that are as they should be. */
  until(what: string, isRight: (totals: Totals) => boolean): Promise<void>;
}

/** Totals by series: see `seriesKey`. */
export type Totals = ReadonlyMap<string, number>;

interface Look {
  readonly askedAt: number;
  readonly totals: Totals;
}

/** Looks at the totals at each of these addresses, until the end of the block; at the first one most often. */
export function watchTotals(urls: readonly string[]): WatchedTotals {
  const faults: string[] = [];
  const pages = { shown: 0, absent: 0 };
  const looks = new Map<string, Look>();
  let highest: Totals = new Map();
  let isEnded = false;

  const look = async (url: string): Promise<void> => {
    const askedAt = performance.now();
    // What anybody had shown before this request was sent, this answer must have as well.
    const before = highest;
    const totals = await read(url);
    if (totals === undefined) {
      pages.absent += 1;
      return;
    }
    pages.shown += 1;
    looks.set(url, { askedAt, totals });
    for (const [key, value] of before) {
      const now = totals.get(key);
      if (now === undefined || now < value) faults.push(`${key}: ${now} after ${value} at ${new Date().toISOString()}`);
    }
    const higher = new Map(highest);
    for (const [key, value] of totals) higher.set(key, Math.max(value, higher.get(key) ?? 0));
    highest = higher;
  };
  const watching = urls.map(async (url, index) => {
    while (!isEnded) {
      await look(url);
      await pause(index === 0 ? OFTEN_MS : SELDOM_MS);
    }
  });

  const until = async (
    what: string,
    isRight: (found: Look) => boolean,
    of: readonly string[] = urls,
  ): Promise<void> => {
    const areRight = (): boolean =>
      of.every((url) => {
        const found = looks.get(url);
        return found !== undefined && isRight(found);
      });
    await waitUntil(areRight, { what, timeoutMs: 60_000 });
  };
  return {
    faults,
    pages,
    async shown(what, by = urls) {
      const since = performance.now();
      await until(what, ({ askedAt }) => askedAt > since, by);
      return by.map((url) => (looks.get(url) as Look).totals);
    },
    until: (what, isRight) => until(what, ({ totals }) => isRight(totals)),
    async [Symbol.asyncDispose]() {
      isEnded = true;
      await Promise.all(watching);
    },
  };
}

async function read(url: string): Promise<Totals | undefined> {
  let page: MetricsPage;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.status !== 200) return undefined;
    page = parseMetricsPage(text);
  } catch {
    return undefined;
  }
  const growing = page.samples.filter(({ name }) => GROWING.test(name));
  return new Map(growing.map(({ name, labels, value }) => [seriesKey(name, labels), value]));
}
