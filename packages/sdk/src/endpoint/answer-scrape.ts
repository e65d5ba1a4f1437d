import { acceptsGzip } from "./accept-encoding.ts";
import type { Authenticator } from "./authentication.ts";
import {
  bytesResponse,
  type EndpointRequest,
  type EndpointResponse,
  forMethod,
  refuseMethod,
  textResponse,
} from "./endpoint-response.ts";
import type { Page } from "./page.ts";
import type { PageCollector } from "./page-collector.ts";
import { describeFailure } from "./page-unavailable.ts";
import { SCRAPE_TIMEOUT_HEADER, scrapeDeadlineMs, scrapeTimeoutMs, withinDeadline } from "./scrape-deadline.ts";

/** The text format's own version: without it a scraper has to guess, and OpenMetrics is another format. */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Answers one scrape: 405, 401, 503 with a reason, or 200 with the whole page. Waits no longer than the scrape's own deadline; never
 * rejects.
 */
export async function answerScrape(
  request: EndpointRequest,
  collector: PageCollector,
  authenticator: Authenticator | undefined,
): Promise<EndpointResponse> {
  const refused = refuseMethod(request.method) ?? (await refuseStranger(request, authenticator));
  if (refused !== undefined) return forMethod(request.method, refused);
  const timeout = request.header(SCRAPE_TIMEOUT_HEADER);
  const deadlineMs = scrapeDeadlineMs(timeout);
  if (request.method === "GET") collector.scraped({ from: request.from, timeoutMs: scrapeTimeoutMs(timeout) });
  const gzip = acceptsGzip(request.header("accept-encoding"));
  try {
    const answer = collector.page().then((page) => pageResponse(page, gzip, collector));
    return forMethod(request.method, await withinDeadline(answer, deadlineMs));
  } catch (error) {
    return forMethod(request.method, textResponse(503, `No metrics: ${describeFailure(error)}`));
  }
}

async function refuseStranger(
  request: EndpointRequest,
  authenticator: Authenticator | undefined,
): Promise<EndpointResponse | undefined> {
  if (authenticator === undefined || (await authenticator.accepts(request.header("authorization")))) return undefined;
  return textResponse(401, "These metrics need the credentials the endpoint was started with.", {
    "www-authenticate": authenticator.challenge,
  });
}

async function pageResponse(page: Page, gzip: boolean, collector: PageCollector): Promise<EndpointResponse> {
  const headers = { "content-type": CONTENT_TYPE, vary: "accept-encoding" };
  if (gzip && page.worthGzip) {
    try {
      return bytesResponse(200, await page.gzipped(), { ...headers, "content-encoding": "gzip" });
    } catch (error) {
      collector.report("expose", error);
    }
  }
  return bytesResponse(200, await page.plain(), headers);
}
