import type { Server } from "node:https";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { ClientCertificates, EndpointTls } from "./endpoint-options.ts";

/** What Node itself is told about clients' certificates. */
export function clientCertificateOptions(tls: EndpointTls): Pick<TlsOptions, "requestCert" | "rejectUnauthorized"> {
  const wanted = wantedOf(tls);
  if (wanted === "none") return {};
  return { requestCert: true, rejectUnauthorized: wanted === "verify" };
}

/** Cuts off the clients that Node lets in and that are not wanted. */
export function dropUnwantedClients(server: Server, tls: EndpointTls): void {
  const wanted = wantedOf(tls);
  if (wanted !== "any" && wanted !== "verify-if-given") return;
  server.on("secureConnection", (socket: TLSSocket) => {
    const given = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
    const welcome = wanted === "any" ? given : !given || socket.authorized;
    if (!welcome) socket.destroy();
  });
}

function wantedOf({ ca, clientCertificates }: EndpointTls): ClientCertificates {
  return clientCertificates ?? (ca === undefined ? "none" : "verify");
}
