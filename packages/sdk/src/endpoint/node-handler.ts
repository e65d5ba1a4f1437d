import type { IncomingMessage, ServerResponse } from "node:http";
import { answerScrape } from "./answer-scrape.ts";
import { type AuthenticationOptions, type Authenticator, createAuthenticator } from "./authentication.ts";
import { DEFAULT_WRITE_TIMEOUT_MS } from "./endpoint-options.ts";
import { endpointRequest, sendResponse } from "./node-response.ts";
import type { PageCollector } from "./page-collector.ts";

/** A request of `node:http`, Express or NestJS, or Fastify's, which keeps it in `raw`. */
export type NodeRequest =
  | IncomingMessage
  | {
      /** Node's own request. */
      readonly raw: IncomingMessage;
    };

/** A response of `node:http`, Express or NestJS, or Fastify's reply. */
export type NodeResponse =
  | ServerResponse
  | {
      /** Node's own response. */
      readonly raw: ServerResponse;
      /** Keeps Fastify from sending a reply of its own. */
      hijack(): unknown;
    };

/** Serves the metrics page in an application's own server, whatever the path it is mounted at. Never throws. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => void;

/**
 * Creates a handler for `node:http`, Express, NestJS and Fastify: `app.get("/metrics", handler)`. It shares the collections of
 * `collector` and follows the rules of the endpoint: methods, authentication, gzip, deadlines, 503 with a reason.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for unusable credentials.
 */
export function createNodeHandler(collector: PageCollector, auth?: AuthenticationOptions): NodeHandler {
  const authenticator = createAuthenticator(auth);
  return (request, response) => {
    // Fastify would otherwise send a reply of its own.
    if ("hijack" in response) response.hijack();
    serveScrape(bareMessage(request), bareMessage(response), {
      collector,
      authenticator,
      writeTimeoutMs: DEFAULT_WRITE_TIMEOUT_MS,
      isLastOfConnection: () => false,
    });
  };
}

/** Node's own request or response, also of Fastify's. */
export function bareMessage<T extends object>(message: T | { readonly raw: T }): T {
  return "raw" in message ? message.raw : message;
}

/** What {@link serveScrape} works with. */
export interface ScrapeContext {
  /** Builds the page. */
  readonly collector: PageCollector;
  /** Checks credentials; `undefined` serves everyone. */
  readonly authenticator: Authenticator | undefined;
  /** Time for the client to take the answer, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** Asked when the answer is ready: whether the connection ends with it. */
  readonly isLastOfConnection: () => boolean;
}

/** Answers one scrape on a `node:http` response. Never throws. */
export function serveScrape(request: IncomingMessage, response: ServerResponse, context: ScrapeContext): void {
  void answerScrape(endpointRequest(request), context.collector, context.authenticator).then((answer) => {
    sendResponse(request, response, answer, {
      writeTimeoutMs: context.writeTimeoutMs,
      lastOfConnection: context.isLastOfConnection(),
      report: context.collector.report,
    });
  });
}
