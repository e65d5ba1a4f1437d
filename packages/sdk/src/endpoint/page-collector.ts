import { createPage, type Page, type PageContent } from "./page.ts";
import { describeFailure, PageUnavailable } from "./page-unavailable.ts";

/** What {@link PageSource} is given for one collection. */
export interface CollectionOptions {
  /** Time to return a page in, possibly a partial one, in milliseconds: a little less than the collection's limit. */
  readonly timeoutMs: number;
  /** Aborts when the collection's limit has passed and its result is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Builds one page, complete. A rejection becomes 503 for every scrape that waits for it. */
export type PageSource = (options: CollectionOptions) => Promise<PageContent>;

/** Where a failure happened: while a page was built, or while it was sent. */
export type EndpointOperation = "collect" | "expose";

/** Receives the failures of the endpoint and of the mounted handlers, each once. */
export type EndpointErrorListener = (operation: EndpointOperation, error: unknown) => void;

/** Receives each scrape that is served: the scraper's address, where it is known, and how long it waits, in milliseconds. */
export type ScrapeListener = (scrape: { readonly from: string; readonly timeoutMs: number }) => void;

/** Options of {@link createPageCollector}. */
export interface PageCollectorOptions {
  /** Builds one page. Where scrapes may join, never called while an earlier call is within its limit. */
  readonly collectPage: PageSource;
  /** Limit of one collection in milliseconds. Default 10 000. */
  readonly collectTimeoutMs?: number | undefined;
  /** Receives failed collections, and failures while a page is sent. What it throws is dropped. */
  readonly onError: EndpointErrorListener;
  /**
   * Whether a scrape may be given a page whose collection began before it came. Default true; false where another process may have shown newer
   * numbers meanwhile.
   */
  readonly mayJoin?: boolean | undefined;
  /** Told of each scrape that is served. Must be quick; what it throws is dropped. */
  readonly onScrape?: ScrapeListener | undefined;
}

/** Collections shared by the endpoint and every mounted handler. */
export interface PageCollector {
  /**
   * Joins the collection in flight, or starts one. Rejects with `PageUnavailable` when it fails, when its limit passes, or when
   * too many earlier collections hang. It has no deadline of the caller's own: race it.
   */
  page(): Promise<Page>;
  /** Hands a scrape to `onScrape`; never throws. */
  readonly scraped: ScrapeListener;
  /** Hands a failure to `onError`; never throws. */
  report(operation: EndpointOperation, error: unknown): void;
}

/** Limit of one collection in milliseconds, unless told otherwise: Prometheus' own default scrape timeout. */
export const DEFAULT_COLLECT_TIMEOUT_MS = 10_000;

/**
 * Collections past their limit that may still be running. Each keeps a page's worth of memory alive, so their number is bounded:
 * beyond it scrapes are refused at once, until one of them ends.
 */
export const MAX_HANGING_COLLECTIONS = 8;

/** Creates the shared collector. Nothing runs until the first page is asked for. */
export function createPageCollector(options: PageCollectorOptions): PageCollector {
  const { mayJoin = true } = options;
  const limitMs = options.collectTimeoutMs ?? DEFAULT_COLLECT_TIMEOUT_MS;
  // The source gets less, so that a page that is complete but for one hung callback still comes out within the limit.
  const sourceMs = Math.max(1, Math.floor(limitMs * 0.9));
  let current: Promise<Page> | undefined;
  let hanging = 0;

  function report(operation: EndpointOperation, error: unknown): void {
    try {
      options.onError(operation, error);
    } catch {
      // A listener that throws must not take the application down.
    }
  }

  async function collect(signal: AbortSignal): Promise<Page> {
    const content: unknown = await options.collectPage({ timeoutMs: sourceMs, signal });
    if (isPageContent(content)) return createPage(content);
    throw new TypeError("the page source returned neither text nor bytes");
  }

  function start(): Promise<Page> {
    const limit = new AbortController();
    let overdue = false;
    const collection = new Promise<Page>((resolve, reject) => {
      const timer = setTimeout(() => {
        overdue = true;
        hanging += 1;
        forget();
        const late = new PageUnavailable(`the collection exceeded its limit of ${limitMs} ms`);
        report("collect", late);
        reject(late);
        limit.abort(late);
      }, limitMs).unref();
      const settle = (): boolean => {
        clearTimeout(timer);
        if (overdue) hanging -= 1;
        forget();
        return !overdue;
      };
      collect(limit.signal).then(
        (page) => {
          if (settle()) resolve(page);
        },
        (error: unknown) => {
          if (!settle()) return;
          report("collect", error);
          reject(new PageUnavailable(`the collection failed: ${describeFailure(error)}`));
        },
      );
    });
    const forget = (): void => {
      if (current === collection) current = undefined;
    };
    // Every waiter may have left by the time it fails.
    collection.catch(() => undefined);
    return collection;
  }

  return {
    page() {
      if (current !== undefined && mayJoin) return current;
      if (hanging >= MAX_HANGING_COLLECTIONS) {
        return Promise.reject(
          new PageUnavailable(
            `${hanging} collections exceeded their limit and still hang; none is started until one ends`,
          ),
        );
      }
      current = start();
      return current;
    },
    scraped(scrape) {
      try {
        options.onScrape?.(scrape);
      } catch {
        // As above.
      }
    },
    report,
  };
}

function isPageContent(content: unknown): content is PageContent {
  if (typeof content === "string" || Buffer.isBuffer(content)) return true;
  return typeof content === "object" && content !== null && Buffer.isBuffer((content as { gzipped?: unknown }).gzipped);
}
