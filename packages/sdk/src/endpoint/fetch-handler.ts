import { invalidOption } from "@taskvitals/core";
import { answerScrape } from "./answer-scrape.ts";
import { type AuthenticationOptions, createAuthenticator } from "./authentication.ts";
import type { PageCollector } from "./page-collector.ts";

/** What fetch-style frameworks hand to a route: the request, or a context that holds it (Hono's `c.req.raw`, others' `request`). */
export type FetchInput =
  | Request
  | {
      /** Hono's request. */
      readonly req: {
        /** The request underneath. */
        readonly raw: Request;
      };
    }
  | {
      /** The request, as other frameworks call it. */
      readonly request: Request;
    };

/** Serves the metrics page in a fetch-style framework, whatever the path it is mounted at. Rejects only for what is not a request. */
export type FetchHandler = (input: FetchInput) => Promise<Response>;

/**
 * Creates a handler for Hono (`app.get("/metrics", handler)`) and any server that maps a `Request` to a `Response`. It shares the
 * collections of `collector` and follows the rules of the endpoint: methods, authentication, gzip, deadline, 503 with a reason.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for unusable credentials.
 */
export function createFetchHandler(collector: PageCollector, auth?: AuthenticationOptions): FetchHandler {
  const authenticator = createAuthenticator(auth);
  return async (input) => {
    const { method, headers } = requestOf(input);
    const answer = await answerScrape(
      { method, from: "", header: (name) => headers.get(name) ?? undefined },
      collector,
      authenticator,
    );
    return new Response(answer.body ?? null, { status: answer.status, headers: answer.headers });
  };
}

function requestOf(input: FetchInput): Request {
  const request = "req" in input ? input.req.raw : "request" in input ? input.request : input;
  if (typeof request?.headers?.get === "function") return request;
  throw invalidOption({
    path: "fetchHandler(request)",
    value: request,
    expected: "a fetch Request, or a context that holds one",
    remedy: "Express, Fastify, NestJS and node:http take nodeHandler.",
  });
}
