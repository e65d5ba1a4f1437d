import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  type AttemptState,
  failureOfAnswer,
  failureOfError,
  failureOfStranger,
  type PushFailure,
} from "./otlp-failure.ts";
import type { OtlpSettings } from "./otlp-reader.ts";
import { readRejectedPoints } from "./otlp-rejection.ts";
import { isStranger } from "./otlp-stranger.ts";

/** How one attempt ended. */
export type AttemptOutcome =
  /** Taken, but for so many points if the receiver says so. */
  | { readonly status: "accepted"; readonly rejected: number }
  | { readonly status: "failed"; readonly failure: PushFailure };

/** Brings messages to the receiver. */
export interface OtlpTransport {
  /** Sends a message once, within `timeoutMs`. Never rejects. */
  attempt(message: Uint8Array, timeoutMs: number): Promise<AttemptOutcome>;
  /** Closes idle connections. */
  shutdown(): void;
}

const MAX_ANSWER_BYTES = 65_536;

const compress = promisify(gzip);

/** Creates a transport over HTTP. None of its sockets and timers keeps the process alive: whoever waits for a push holds the process. */
export function createOtlpTransport(
  settings: Pick<OtlpSettings, "endpoint" | "headers" | "gzip" | "tls">,
): OtlpTransport {
  const url = new URL(settings.endpoint);
  const secure = url.protocol === "https:";
  const hasAuthority = settings.tls.ca !== undefined;
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...present(settings.tls) })
    : new HttpAgent({ keepAlive: true });
  const headers = {
    ...settings.headers,
    "content-type": "application/x-protobuf",
    ...(settings.gzip ? { "content-encoding": "gzip" } : {}),
  };

  const post = (body: Uint8Array, signal: AbortSignal, onConnected: () => void): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = (secure ? requestHttps : requestHttp)(url, { method: "POST", agent, headers, signal });
      request.once("socket", (socket: Socket) => {
        socket.unref();
        if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", onConnected);
        else onConnected();
      });
      request.on("error", reject);
      request.once("response", (response) => readAnswer(response).then(resolve, reject));
      request.end(body);
    });

  return {
    attempt: async (message, timeoutMs) => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), timeoutMs).unref();
      let connected = false;
      try {
        const packed = settings.gzip ? await compress(message) : message;
        const { status, contentType, retryAfter, body } = await post(packed, abort.signal, () => {
          connected = true;
        });
        if (status !== undefined && status >= 200 && status < 300) {
          if (isStranger(contentType, body)) return { status: "failed", failure: failureOfStranger(status) };
          return { status: "accepted", rejected: readRejectedPoints(body) };
        }
        return { status: "failed", failure: failureOfAnswer(status, retryAfter, body, secure) };
      } catch (error) {
        const state: AttemptState = { secure, hasAuthority, connected, timedOut: abort.signal.aborted };
        return { status: "failed", failure: failureOfError(error, state) };
      } finally {
        clearTimeout(timer);
      }
    },
    shutdown: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  const { statusCode: status, headers } = response;
  return {
    status,
    contentType: headers["content-type"],
    retryAfter: headers["retry-after"],
    body: Buffer.concat(chunks),
  };
}

/** Node.js' own defaults apply to what is left out, not to what is `undefined`. */
function present<T extends object>(given: T): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> };
}
