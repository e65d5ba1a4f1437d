import type { IncomingMessage, ServerResponse } from "node:http";
import { LIVE_PATHS } from "@taskvitals/live";
import type { Authenticator } from "./authentication.ts";
import { type EndpointResponse, forMethod, refuseMethod, textResponse } from "./endpoint-response.ts";
import { answerLive, type LivePage } from "./live-page.ts";
import { streamLive } from "./live-stream.ts";
import { endpointRequest, sendResponse } from "./node-response.ts";
import type { PageCollector } from "./page-collector.ts";

/** What {@link serveLive} works with. */
export interface LiveContext {
  readonly page: LivePage;
  readonly authenticator: Authenticator | undefined;
  readonly writeTimeoutMs: number;
  /** Whether streams end at once: a server that waits for its connections when it closes is not held by who looks. */
  readonly isBrief: boolean;
  readonly isLastOfConnection: () => boolean;
  readonly report: PageCollector["report"];
}

/** Answers one request for the live page. Never throws. */
export function serveLive(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  context: LiveContext,
): void {
  const send = (answer: EndpointResponse): void => {
    sendResponse(request, response, forMethod(request.method ?? "GET", answer), {
      writeTimeoutMs: context.writeTimeoutMs,
      lastOfConnection: context.isLastOfConnection(),
      report: context.report,
    });
  };
  void answer(path, request, response, context).then(
    (answered) => answered && send(answered),
    (error: unknown) => {
      context.report("expose", error);
      send(textResponse(500, "The page could not be made."));
    },
  );
}

/** `undefined` where the answer is a stream that has begun. */
async function answer(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { authenticator, isBrief, page }: LiveContext,
): Promise<EndpointResponse | undefined> {
  const asked = endpointRequest(request);
  const refused = refuseMethod(asked.method);
  if (refused !== undefined) return refused;
  if (authenticator !== undefined && !(await authenticator.accepts(asked.header("authorization")))) {
    return textResponse(401, "This page needs the credentials the endpoint was started with.", {
      "www-authenticate": authenticator.challenge,
    });
  }
  if (path !== LIVE_PATHS.events) return answerLive(path, searchOf(request.url ?? ""), asked, page);
  if (asked.method === "HEAD") return textResponse(200, "", { "content-type": "text/event-stream; charset=utf-8" });
  if (streamLive(response, page, isBrief)) return undefined;
  return textResponse(503, `Too many look at this page at once; ask ${LIVE_PATHS.state} now and then.`, {
    "retry-after": "30",
  });
}

function searchOf(target: string): URLSearchParams {
  const at = target.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : target.slice(at + 1).replace(/#.*$/s, ""));
}
