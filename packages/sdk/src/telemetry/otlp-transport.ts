import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { OtlpSettings } from "./otlp-reader.ts";

/** How a push ended, in the words of OpenTelemetry's exporters. */
export type OtlpResponse =
  | { readonly status: "success"; readonly data?: Uint8Array }
  | { readonly status: "failure"; readonly error: Error };

/** Brings messages to the receiver. */
export interface OtlpTransport {
  /**
   * Pushes, and retries what may pass, within `timeoutMillis` from its turn on. Messages go one after the other: totals that arrive after
   * newer ones would look like a reset. Never rejects.
   */
  send(data: Uint8Array, timeoutMillis: number): Promise<OtlpResponse>;
  /** Closes idle connections. */
  shutdown(): void;
}

// Short enough for a receiver that restarts to be tried again within the flush of a process that ends.
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;
const RETRYABLE_STATUS: readonly (number | undefined)[] = [429, 502, 503, 504];
/** Those of a network or receiver that may come back; a certificate that nobody vouches for will not get better. */
const RETRYABLE_ERRORS: ReadonlySet<unknown> = new Set([
  ...["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"],
  ...["EAI_AGAIN", "ENOTFOUND", "ENETUNREACH", "EHOSTUNREACH"],
]);
const MAX_ANSWER_BYTES = 65_536;

const compress = promisify(gzip);

/** Creates a transport over HTTP. None of its sockets and timers keeps the process alive: whoever waits for a push holds the process. */
export function createOtlpTransport(
  settings: Pick<OtlpSettings, "endpoint" | "headers" | "gzip" | "tls">,
): OtlpTransport {
  const url = new URL(settings.endpoint);
  const secure = url.protocol === "https:";
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...present(settings.tls) })
    : new HttpAgent({ keepAlive: true });
  const headers = {
    ...settings.headers,
    "content-type": "application/x-protobuf",
    ...(settings.gzip ? { "content-encoding": "gzip" } : {}),
  };

  const attempt = (body: Uint8Array, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = (secure ? requestHttps : requestHttp)(url, { method: "POST", agent, headers, signal });
      request.once("socket", (socket) => socket.unref());
      request.on("error", reject);
      request.once("response", (response) => readAnswer(response).then(resolve, reject));
      request.end(body);
    });

  const push = async (data: Uint8Array, timeoutMillis: number): Promise<OtlpResponse> => {
    const deadline = performance.now() + timeoutMillis;
    const signal = AbortSignal.timeout(timeoutMillis);
    try {
      const body = settings.gzip ? await compress(data) : data;
      for (let backoffMs = FIRST_RETRY_MS; ; backoffMs = Math.min(backoffMs * 2, LAST_RETRY_MS)) {
        const outcome = await attempt(body, signal).then(judge, judgeError);
        if (outcome.status === "success") return outcome;
        if (signal.aborted) return { status: "failure", error: failed("TIMEOUT") };
        if (outcome.status === "failure") return outcome;
        const waitMs = outcome.afterMs ?? backoffMs * (0.8 + 0.4 * Math.random());
        if (performance.now() + waitMs >= deadline) return { status: "failure", error: outcome.error };
        await pause(waitMs, undefined, { ref: false });
      }
    } catch (error) {
      return { status: "failure", error: error as Error };
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  return {
    shutdown: () => agent.destroy(),
    send: (data, timeoutMillis) => {
      const turn = last.then(() => push(data, timeoutMillis));
      last = turn;
      return turn;
    },
  };
}

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

type Outcome =
  | OtlpResponse
  | { readonly status: "retry"; readonly error: Error; readonly afterMs?: number | undefined };

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  const { statusCode: status, headers } = response;
  return { status, retryAfter: headers["retry-after"], body: Buffer.concat(chunks) };
}

function judge({ status, retryAfter, body }: Answer): Outcome {
  if (status !== undefined && status >= 200 && status < 300) return { status: "success", data: body };
  const error = failed(status);
  if (!RETRYABLE_STATUS.includes(status)) return { status: "failure", error };
  return { status: "retry", error, afterMs: retryAfterMs(retryAfter) };
}

function judgeError(error: Error & { readonly code?: unknown }): Outcome {
  return { status: RETRYABLE_ERRORS.has(error.code) ? "retry" : "failure", error };
}

function failed(code: string | number | undefined): Error {
  return Object.assign(new Error("the push failed"), { code });
}

/** The Retry-After header in milliseconds; its form with a date is rare and passed over. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

/** Node.js' own defaults apply to what is left out, not to what is `undefined`. */
function present<T extends object>(given: T): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> };
}
