import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { TaskVitalsError } from "@taskvitals/core";
import type { EndpointSettings } from "./endpoint-options.ts";

/** Bytes of request line and headers together: room for a large token, not for a flood. Beyond it Node.js answers 431. */
const MAX_HEADER_BYTES = 8192;

/** Longer than the usual scrape intervals, so that Prometheus keeps its connection. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Creates the HTTP or HTTPS server with the limits of `settings`, not yet listening.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when certificate and key cannot be used.
 */
export function createEndpointServer(settings: EndpointSettings, onRequest: RequestListener): Server {
  const { requestTimeoutMs, maxConnections } = settings.limits;
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(1000, Math.max(25, Math.floor(requestTimeoutMs / 4))),
  };
  const server = settings.tls === undefined ? createHttpServer(options) : createTlsServer(settings.tls, options);
  server.maxConnections = maxConnections;
  // A client may close its sending side as soon as it has asked; by default Node.js would drop the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("request", onRequest);
  // Without a listener of its own Node.js would ask the client to send its body.
  server.on("checkContinue", onRequest);
  server.on("drop", () => server.closeIdleConnections());
  return server;
}

function createTlsServer(
  tls: NonNullable<EndpointSettings["tls"]>,
  options: { readonly requestTimeout: number },
): Server {
  try {
    return createHttpsServer({
      ...options,
      handshakeTimeout: options.requestTimeout,
      cert: tls.cert,
      key: tls.key,
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new TaskVitalsError(
      "INVALID_OPTION",
      `endpoint.tls: expected a PEM certificate chain and its unencrypted private key, which OpenSSL refused (${code}). ` +
        "Check that the key belongs to the first certificate of cert.",
      { cause: error },
    );
  }
}
