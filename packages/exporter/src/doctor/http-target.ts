import { misconfigured } from "../configuration/misconfigured.ts";

/** A server that is asked over HTTP. */
export interface HttpTarget {
  /** How it is called in reports: the URL without credentials and without its query, which may hold a token. */
  readonly name: string;
  /** Where it is; free of user and password. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Longest wait for an answer, in milliseconds. */
const PATIENCE_MS = 5000;
/** Most of an answer that is read, in bytes: 100 000 series are about 10 MB. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads a URL with its user and password.
 *
 * @param token - sent as a bearer token where the URL has no user
 * @throws TaskVitalsError `INVALID_OPTION` for anything but http and https; the value is not shown
 */
export function httpTarget(text: string, where: string, token?: string): HttpTarget {
  const expected = "a URL that begins with http:// or https://";
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) throw misconfigured({ where, expected });
  const url = new URL(text);
  const { password, username } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  return {
    name: `${url.origin}${url.pathname === "/" ? "" : url.pathname}`,
    url,
    headers: {
      ...authorization(decoded(username, where), decoded(password, where), token),
      "user-agent": "taskvitals-exporter",
    },
  };
}

/** The body of an answer, or in words why there is none; never a credential. */
export type Answer = { readonly text: string } | { readonly failure: string };

/** Asks once, for at most five seconds. Never rejects. */
export async function ask({ headers, url }: HttpTarget, signal: AbortSignal): Promise<Answer> {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(url, { headers: { ...headers }, signal: AbortSignal.any([signal, deadline]) });
    if (!response.ok) {
      await response.body?.cancel();
      return { failure: statusText(response.status) };
    }
    return { text: await bounded(response) };
  } catch (error) {
    if (deadline.aborted) return { failure: `no answer within ${PATIENCE_MS / 1000} s` };
    return { failure: causeOf(error) };
  }
}

async function bounded({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new TooLong();
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

class TooLong extends Error {}

function statusText(status: number): string {
  if (status === 401 || status === 403) return `it refuses the login (status ${status})`;
  return `it answers with status ${status}`;
}

/** The kind of an error: a message may quote anything. */
function causeOf(error: unknown): string {
  if (error instanceof TooLong) return `its answer is longer than ${MAX_BYTES / 1024 / 1024} MB`;
  const { cause } = error as { readonly cause?: { readonly code?: unknown; readonly message?: unknown } };
  if (cause?.message === "bad port")
    return "its port is one that fetch() refuses (https://fetch.spec.whatwg.org/#port-blocking)";
  return typeof cause?.code === "string" ? `the connection failed (${cause.code})` : "the connection failed";
}

function authorization(username: string, password: string, token: string | undefined): Record<string, string> {
  if (username !== "" || password !== "") {
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  }
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function decoded(part: string, where: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw misconfigured({ where, expected: "user and password in the URL with percent signs encoded as %25" });
  }
}
