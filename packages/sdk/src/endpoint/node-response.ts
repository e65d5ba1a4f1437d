import type { IncomingMessage, ServerResponse } from "node:http";
import type { EndpointRequest, EndpointResponse } from "./endpoint-response.ts";
import type { PageCollector } from "./page-collector.ts";

/** How {@link sendResponse} treats the connection. */
export interface SendOptions {
  /** Time for the client to take the answer, in milliseconds; then its connection is destroyed. */
  readonly writeTimeoutMs: number;
  /** Whether the connection ends with this answer. */
  readonly lastOfConnection: boolean;
  /** Receives failures while sending. */
  readonly report: PageCollector["report"];
}

/** How long what a client still uploads is read and thrown away, so that it gets to see the answer. */
const DISCARD_MS = 1000;

/** The request as the answering side reads it. */
export function endpointRequest(request: IncomingMessage): EndpointRequest {
  return {
    method: request.method ?? "GET",
    from: request.socket?.remoteAddress ?? "",
    header(name) {
      const value = request.headers[name];
      return typeof value === "string" ? value : undefined;
    },
  };
}

/**
 * Sends a finished answer. A failure on the way, and a client that does not take it in time, end in a destroyed connection: a
 * scraper must see a failed scrape, never a page cut short. Never throws.
 */
export function sendResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: EndpointResponse,
  options: SendOptions,
): void {
  let abandoned = false;
  const abandon = (error: unknown): void => {
    if (abandoned) return;
    abandoned = true;
    options.report("expose", error);
    request.socket?.destroy();
  };
  try {
    if (response.destroyed || request.socket?.destroyed) return;
    response.on("error", abandon);
    limitWriting(response, options.writeTimeoutMs, abandon);
    const unread = hasUnreadBody(request);
    const ends = request.httpVersionMajor === 1 && (unread || options.lastOfConnection);
    response.writeHead(answer.status, ends ? { ...answer.headers, connection: "close" } : answer.headers);
    if (unread && request.headers.expect === undefined) endAfterUpload(request, response, answer.body);
    else response.end(answer.body);
  } catch (error) {
    abandon(error);
  }
}

/** A pipelined answer waits for those before it, so its time starts when it is given the socket. */
function limitWriting(response: ServerResponse, limitMs: number, abandon: (error: Error) => void): void {
  const start = (): void => {
    const timer = setTimeout(() => {
      abandon(new Error(`the client did not take the answer within ${limitMs} ms`));
    }, limitMs).unref();
    response.once("close", () => clearTimeout(timer));
  };
  if (response.socket === null) response.once("socket", start);
  else start();
}

function hasUnreadBody(request: IncomingMessage): boolean {
  if (request.complete || request.httpVersionMajor !== 1) return false;
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && Number(length) > 0);
}

/**
 * Writes the answer and keeps the connection a moment longer: closing it on unread bytes makes the kernel reset it, and the
 * client would lose the answer it is about to read.
 */
function endAfterUpload(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
  if (body === undefined) response.flushHeaders();
  else response.write(body);
  const timer = setTimeout(() => response.end(), DISCARD_MS).unref();
  response.once("close", () => clearTimeout(timer));
  request.once("end", () => response.end());
  request.resume();
}
