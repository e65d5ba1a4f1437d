/** The part of a request that an answer depends on; the same for `node:http` and for fetch-style servers. */
export interface EndpointRequest {
  /** Upper-case method. */
  readonly method: string;
  /** Address that the request came from; empty where it is not known. */
  readonly from: string;
  /** The value of a header by its lower-case name. */
  header(name: string): string | undefined;
}

/** A complete answer, decided before anything is sent. */
export interface EndpointResponse {
  /** HTTP status. */
  readonly status: number;
  /** Headers by lower-case name, `content-length` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes to send; `undefined` for an answer to HEAD. */
  readonly body: Buffer | undefined;
}

/** A plain-text answer to a person, one line. */
export function textResponse(
  status: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): EndpointResponse {
  return bytesResponse(status, Buffer.from(`${line}\n`, "utf8"), {
    "content-type": "text/plain; charset=utf-8",
    ...headers,
  });
}

/** An answer of given bytes. */
export function bytesResponse(
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): EndpointResponse {
  return {
    status,
    headers: {
      ...headers,
      "content-length": String(body.length),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    body,
  };
}

/** The answer to a method that is neither GET nor HEAD; `undefined` for those two. */
export function refuseMethod(method: string): EndpointResponse | undefined {
  if (method === "GET" || method === "HEAD") return undefined;
  return textResponse(405, "Only GET and HEAD are served here.", { allow: "GET, HEAD" });
}

/** The answer as `method` wants it: the same headers without a body for HEAD. */
export function forMethod(method: string, response: EndpointResponse): EndpointResponse {
  return method === "HEAD" ? { ...response, body: undefined } : response;
}
