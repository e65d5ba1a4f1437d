import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { SecureContextOptions } from "node:tls";
import { TaskVitalsError } from "@taskvitals/core";
import { clientCertificateOptions, dropUnwantedClients } from "./client-certificates.ts";
import type { EndpointSettings, EndpointTls } from "./endpoint-options.ts";

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
  const answer: RequestListener = (request, response) => {
    for (const [name, value] of Object.entries(settings.headers)) response.setHeader(name, value);
    onRequest(request, response);
  };
  server.on("request", answer);
  // Without a listener of its own Node.js would ask the client to send its body.
  server.on("checkContinue", answer);
  server.on("drop", () => server.closeIdleConnections());
  return server;
}

/** Certificates and key, and the versions that go with them: a new context begins without any. */
function contextOf(
  { cert, key, ca }: Pick<EndpointTls, "cert" | "key" | "ca">,
  { minVersion, maxVersion }: EndpointTls,
): SecureContextOptions {
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
}

function createTlsServer(
  tls: NonNullable<EndpointSettings["tls"]>,
  options: { readonly requestTimeout: number },
): Server {
  try {
    const server = createHttpsServer({
      ...options,
      ...contextOf(tls, tls),
      ...clientCertificateOptions(tls),
      handshakeTimeout: options.requestTimeout,
    });
    dropUnwantedClients(server, tls);
    tls.onStart?.((renewed) => server.setSecureContext(contextOf(renewed, tls)));
    return server;
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
