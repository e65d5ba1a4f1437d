import type { IncomingMessage } from "node:http";
import { LIVE_PATHS } from "@taskvitals/live";
import { createAuthenticator } from "./authentication.ts";
import { DEFAULT_WRITE_TIMEOUT_MS, type LivePageOptions } from "./endpoint-options.ts";
import { textResponse } from "./endpoint-response.ts";
import type { LivePage } from "./live-page.ts";
import { bareMessage, type NodeHandler } from "./node-handler.ts";
import { sendResponse } from "./node-response.ts";
import type { PageCollector } from "./page-collector.ts";
import { serveLive } from "./serve-live.ts";

/**
 * Creates a handler of the live page for `node:http`, Express, NestJS and Fastify, whatever the prefix it is mounted at.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for unusable credentials.
 */
export function createLiveHandler(
  page: LivePage,
  options: LivePageOptions,
  report: PageCollector["report"],
): NodeHandler {
  const authenticator = createAuthenticator(options, { path: "livePage", realm: "taskvitals" });
  const sending = { writeTimeoutMs: DEFAULT_WRITE_TIMEOUT_MS, report };
  return (given, response) => {
    if ("hijack" in response) response.hijack();
    const request = bareMessage(given);
    const asked = pathOf(request);
    const path = Object.values<string>(LIVE_PATHS).find((known) => asked.endsWith(known));
    if (path !== undefined) {
      serveLive(path, request, bareMessage(response), {
        page,
        authenticator,
        isBrief: true,
        isLastOfConnection: () => false,
        ...sending,
      });
      return;
    }
    // The document asks for its parts relative to where it is, which must be a folder.
    const location = `./${asked.slice(asked.lastIndexOf("/") + 1)}/`;
    const answer = textResponse(308, `The page is at ${location}`, { location });
    sendResponse(request, bareMessage(response), answer, { lastOfConnection: false, ...sending });
  };
}

/** The path that was asked for; Express hides the part at which a handler is mounted. */
function pathOf(request: IncomingMessage): string {
  const { originalUrl, url = "/" } = request as IncomingMessage & { readonly originalUrl?: string };
  return (originalUrl ?? url).replace(/[?#].*$/s, "");
}
