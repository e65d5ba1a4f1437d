import { PageUnavailable } from "./page-unavailable.ts";

/** The header in which Prometheus says how long it will wait. */
export const SCRAPE_TIMEOUT_HEADER = "x-prometheus-scrape-timeout-seconds";

const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 3600;

/**
 * How long one scrape may wait, in milliseconds: a tenth, at most half a second, less than its scraper waits, so that a late page
 * is answered with a reason instead of being cut off. Without the header, or with one that is no positive decimal number, the
 * scraper is taken to wait 10 s, Prometheus' own default; more than an hour counts as an hour.
 */
export function scrapeDeadlineMs(header: string | undefined): number {
  const timeoutMs = scrapeTimeoutMs(header);
  return Math.max(1, Math.floor(timeoutMs - Math.min(timeoutMs * 0.1, 500)));
}

/** How long the scraper itself waits, in milliseconds, as {@link scrapeDeadlineMs} takes it. */
export function scrapeTimeoutMs(header: string | undefined): number {
  return 1000 * timeoutSeconds(header);
}

function timeoutSeconds(header: string | undefined): number {
  if (header === undefined || !/^\d+(\.\d+)?$/.test(header)) return DEFAULT_TIMEOUT_SECONDS;
  const seconds = Number(header);
  return seconds > 0 ? Math.min(seconds, MAX_TIMEOUT_SECONDS) : DEFAULT_TIMEOUT_SECONDS;
}

/** Settles as `work` does, or rejects with `PageUnavailable` once `deadlineMs` have passed; `work` itself goes on. */
export function withinDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new PageUnavailable(`no page within ${deadlineMs} ms, which is what this scrape allows`));
    }, deadlineMs).unref();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
