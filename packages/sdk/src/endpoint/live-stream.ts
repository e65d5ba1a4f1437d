import type { ServerResponse } from "node:http";
import type { LivePage } from "./live-page.ts";

/** Bytes that may wait for a client that does not read; beyond, its connection is cut. */
const MAX_WAITING_BYTES = 2 * 1024 * 1024;

/** After how long a client whose stream was ended comes back, in milliseconds. */
const RETRY_MS = 5000;

/**
 * Sends Server-Sent Events until the client leaves or the page ends.
 *
 * @param isBrief - whether the stream ends after what is true now; the client comes back by itself
 * @returns whether it is sending: `false` where too many listen, and nothing was sent
 */
export function streamLive(response: ServerResponse, page: LivePage, isBrief: boolean): boolean {
  // Whoever left while credentials were checked is not told of again, nor is one that waits behind another answer of its connection.
  const { socket } = response;
  if (socket === null || socket.destroyed || socket.readableEnded) return false;
  const waiting: string[] = [];
  let isOpen = false;
  const write = (text: string): void => {
    if (!isOpen) waiting.push(text);
    else if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
    else response.write(text);
  };
  const stop = page.listen({
    // JSON has no line breaks of its own.
    send: (event, json) => write(`event: ${event}\ndata: ${json}\n\n`),
    end: () => response.end(),
  });
  if (stop === undefined) return false;
  response.once("close", stop);
  // The endpoint answers clients that have closed their sending side; to whoever listens, that is a tab that was closed.
  if (!isBrief) socket.once("end", () => response.end());
  response.on("error", () => response.destroy());
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    // Proxies that collect answers before they send them on would show nothing.
    "x-accel-buffering": "no",
    // Nothing comes after a stream, and a server that closes need not wait for more.
    ...(isBrief ? {} : { connection: "close" }),
  });
  isOpen = true;
  if (isBrief) write(`retry: ${RETRY_MS}\n`);
  for (const text of waiting) write(text);
  if (isBrief) response.end();
  return true;
}
