import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { type CurveSubject, LIVE_PATHS, type LiveDocument, type LiveListener } from "@taskvitals/live";
import { acceptsGzip } from "./accept-encoding.ts";
import { bytesResponse, type EndpointRequest, type EndpointResponse, textResponse } from "./endpoint-response.ts";

/** What the live page shows. */
export interface LivePage {
  readonly document: LiveDocument;
  /** What is true now, as JSON. */
  state(): string;
  /** The last quarter of an hour, as JSON; `undefined` for what is not known. */
  history(subject: CurveSubject): string | undefined;
  /** Sends what is true now, and what changes; `undefined` where too many listen. */
  listen(listener: LiveListener): (() => void) | undefined;
}

const gzipAsync = promisify(gzip);
/** Below this many bytes an answer fits into one packet either way. */
const MIN_GZIP_BYTES = 1024;

/** Whether a path belongs to the live page. */
export function isLivePath(path: string): boolean {
  return Object.values<string>(LIVE_PATHS).includes(path);
}

/** Answers a GET of the live page but for its stream; `search` is the query of its URL. */
export async function answerLive(
  path: string,
  search: URLSearchParams,
  request: EndpointRequest,
  page: LivePage,
): Promise<EndpointResponse> {
  switch (path) {
    case LIVE_PATHS.document:
      return compressed(request, page.document.html, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": page.document.contentSecurityPolicy,
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
      });
    case LIVE_PATHS.state:
      return json(request, page.state());
    default: {
      const subject = { queue: search.get("queue") ?? undefined, task: search.get("task") ?? undefined };
      const curves = page.history(subject);
      return curves === undefined ? textResponse(404, "Nothing is kept of this queue or task.") : json(request, curves);
    }
  }
}

function json(request: EndpointRequest, text: string): Promise<EndpointResponse> {
  return compressed(request, text, { "content-type": "application/json; charset=utf-8" });
}

async function compressed(
  request: EndpointRequest,
  text: string,
  headers: Readonly<Record<string, string>>,
): Promise<EndpointResponse> {
  const plain = Buffer.from(text, "utf8");
  const varied = { ...headers, vary: "accept-encoding" };
  if (plain.length < MIN_GZIP_BYTES || !acceptsGzip(request.header("accept-encoding"))) {
    return bytesResponse(200, plain, varied);
  }
  const level = headers["content-type"]?.startsWith("text/html")
    ? constants.Z_BEST_COMPRESSION
    : constants.Z_BEST_SPEED;
  return bytesResponse(200, await gzipAsync(plain, { level }), { ...varied, "content-encoding": "gzip" });
}
