import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { TaskVitalsError } from "@taskvitals/core";

/** Where to listen. */
export interface ListenTarget {
  /** Address or name. */
  readonly host: string;
  /** Port; 0 for any. */
  readonly port: number;
}

/**
 * Starts listening and resolves to the bound address.
 *
 * @throws TaskVitalsError `PORT_IN_USE` or `LISTEN_FAILED`, with the remedy.
 */
export function listen(server: Server, target: ListenTarget): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, target));
    server.once("error", fail);
    // Exclusive: the workers of node:cluster would otherwise share the port, and each scrape would show another process.
    server.listen({ host: target.host, port: target.port, exclusive: true }, () => {
      server.off("error", fail);
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address);
      else reject(listenError(new Error("the server has no TCP address"), target));
    });
  });
}

/** Turns the reason why listening failed into an error that says what to do about it. */
export function listenError(cause: NodeJS.ErrnoException, { host, port }: ListenTarget): TaskVitalsError {
  const [code, message] = explain(cause.code, host, port);
  return new TaskVitalsError(code, message, { cause });
}

function explain(reason: string | undefined, host: string, port: number): ["PORT_IN_USE" | "LISTEN_FAILED", string] {
  switch (reason) {
    case "EADDRINUSE":
      return [
        "PORT_IN_USE",
        `endpoint.port: got ${port}; expected a port that is free on ${host}, but another process or endpoint listens there. ` +
          "Choose another port (endpoint.port or OTEL_EXPORTER_PROMETHEUS_PORT), or 0 for any free one; or set endpoint: false and mount nodeHandler or fetchHandler in " +
          'the application\'s own server; or set onPortInUse: "warn" to go on without an endpoint.',
      ];
    case "EACCES":
      return [
        "LISTEN_FAILED",
        `endpoint.port: got ${port}; expected a port this process may listen on (EACCES). ` +
          "Choose one above 1023, or grant the process CAP_NET_BIND_SERVICE.",
      ];
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return [
        "LISTEN_FAILED",
        `endpoint.host: got ${JSON.stringify(host)}; expected an address of this machine (${reason}). ` +
          'Use "127.0.0.1" for this machine alone, "0.0.0.0" or "::" for all its addresses, or one that it has.',
      ];
    default:
      return [
        "LISTEN_FAILED",
        `endpoint: got host ${JSON.stringify(host)} and port ${port}; expected to listen there (${reason ?? "unknown reason"}). ` +
          "See the cause; or set endpoint: false and mount nodeHandler or fetchHandler in the application's own server.",
      ];
  }
}
