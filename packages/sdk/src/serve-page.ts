import { COLLECTION_BUCKETS_SECONDS, contract, createHistogram, errorType } from "@taskvitals/core";
import {
  createPageCollector,
  type EndpointOptions,
  type EndpointServer,
  type PageCollector,
  PageUnavailable,
  startEndpoint,
} from "./endpoint/index.ts";
import type { LivePages } from "./live/live-pages.ts";
import type { RunningSharedTotals } from "./shared-totals/start-shared-totals.ts";
import type { StartContext } from "./start-context.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Longest wait for the endpoint to close, beyond what it grants scrapes in flight. */
const CLOSE_TIMEOUT_MS = 3000;

/** Builds pages for the endpoint and the mounted handlers, and times each. After the cleanup there are none. */
export function createTimedCollector(
  { settings, problems, cleanup }: StartContext,
  telemetry: Telemetry,
  shared: RunningSharedTotals | undefined,
): PageCollector {
  const seconds = createHistogram(telemetry.meter, contract.collectionSeconds, COLLECTION_BUCKETS_SECONDS);
  let ended = false;
  cleanup.add("The page", () => {
    ended = true;
  });
  return createPageCollector({
    collectTimeoutMs: settings.endpoint?.collectTimeoutMs,
    onScrape: (scrape) => shared?.exposed.onPageScrape(scrape),
    collectPage: async (collection) => {
      if (ended) throw new PageUnavailable("taskvitals was shut down in this process");
      const startedAt = performance.now();
      const page = await telemetry.collectPage(collection);
      seconds.record((performance.now() - startedAt) / 1000);
      return page;
    },
    onError: (operation, error) => {
      const what = operation === "collect" ? "built" : "sent";
      problems.report(operation, `The metrics page could not be ${what} (${errorType(error)}).`);
    },
  });
}

/** Builds the pages of the shared totals; where they are off, or after the cleanup, there are none. */
export function createSharedCollector(
  { settings, problems, cleanup }: StartContext,
  { collectSharedPage }: Telemetry,
  shared: RunningSharedTotals | undefined,
): PageCollector {
  let ended = false;
  cleanup.add("The page of the shared totals", () => {
    ended = true;
  });
  return createPageCollector({
    collectTimeoutMs: settings.endpoint?.collectTimeoutMs,
    // What another process has shown before we were asked must be in ours.
    mayJoin: false,
    onScrape: (scrape) => shared?.exposed.onSharedScrape(scrape),
    collectPage: async (collection) => {
      if (ended) throw new PageUnavailable("taskvitals was shut down in this process");
      if (collectSharedPage === undefined) throw new PageUnavailable("sharedTotals is not switched on in this process");
      return collectSharedPage(collection);
    },
    onError: (operation, error) => {
      // Why totals are not known was reported where they were read.
      if (error instanceof PageUnavailable) return;
      const what = operation === "collect" ? "built" : "sent";
      problems.report(operation, `The page of the shared totals could not be ${what} (${errorType(error)}).`);
    },
  });
}

/**
 * Starts the endpoint, where there is to be one.
 *
 * @throws TaskVitalsError `INVALID_OPTION`, `PORT_IN_USE` or `LISTEN_FAILED`
 */
export async function listen(
  { settings, problems, cleanup }: StartContext,
  collector: PageCollector,
  sharedPage: PageCollector | undefined,
  live: LivePages,
): Promise<EndpointServer | undefined> {
  if (settings.endpoint === undefined) return undefined;
  const endpoint = await startEndpoint(settings.endpoint, {
    collectPage: collector,
    sharedPage,
    livePage: hasLivePage(settings.endpoint) ? () => live.pageFromStart(settings.endpoint?.livePage || {}) : undefined,
    warn: problems.warn,
    onError: (operation, error) => problems.report(operation, `The metrics endpoint failed (${errorType(error)}).`),
  });
  if (endpoint === undefined) return undefined;
  const patienceMs = settings.endpoint.limits?.closeTimeoutMs ?? 0;
  cleanup.add("The endpoint", () => endpoint.close(), CLOSE_TIMEOUT_MS + patienceMs);
  return endpoint;
}

/** Metrics at the root leave no place for it. */
function hasLivePage({ livePage, path }: EndpointOptions): boolean {
  return livePage !== false && path !== "/";
}
