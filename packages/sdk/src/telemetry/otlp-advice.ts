import type { AttemptState } from "./otlp-failure.ts";

const CREDENTIAL =
  "the receiver got no credential, or does not accept the one it got. Set otlp.headers or OTEL_EXPORTER_OTLP_HEADERS.";
const PATH =
  "nothing takes metrics at this path of the endpoint. A Collector has /v1/metrics, Prometheus with --web.enable-otlp-receiver /api/v1/otlp/v1/metrics; OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/metrics appended, otlp.endpoint and OTEL_EXPORTER_OTLP_METRICS_ENDPOINT do not.";
const OVERLOADED = "the receiver, or what is behind it, is overloaded or away.";
const NAME = "the name of the endpoint's host cannot be resolved. Correct it.";
const NETWORK = "there is no way to the endpoint's host.";
const BROKEN =
  "the connection broke without an answer. Does the receiver restart, or speak TLS on this port, so that the endpoint must begin with https://?";
const BROKEN_TLS =
  "the connection broke without an answer. Does the receiver restart, or is the port the one for gRPC, usually 4317? The one for HTTP is usually 4318.";
const UNTRUSTED =
  "nobody vouches for the receiver's certificate. Name its authority in otlp.tls.ca or OTEL_EXPORTER_OTLP_CERTIFICATE.";
const UNSIGNED =
  "the authority in otlp.tls.ca or OTEL_EXPORTER_OTLP_CERTIFICATE has not signed the receiver's certificate. Name the one that has.";
const NOT_HTTP =
  "the port does not speak HTTP/1.1. Is it the one for gRPC, usually 4317? The one for HTTP is usually 4318.";
const NO_TLS = "the port does not speak TLS. Begin the endpoint with http://, or name the receiver's port for TLS.";
const CLIENT_CERTIFICATE =
  "the receiver wants another certificate of the client. Set otlp.tls, or OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY.";

const ON_STATUS: Readonly<Record<number, string>> = {
  400: "the receiver does not accept the data; its log says why.",
  401: CREDENTIAL,
  403: CREDENTIAL,
  404: PATH,
  405: PATH,
  407: "a proxy in front of the receiver wants a credential.",
  413: "the push is larger than the receiver takes. Raise its limit, or lower maxSeries.",
  415: "the receiver takes no protobuf over HTTP.",
  429: OVERLOADED,
  502: OVERLOADED,
  503: OVERLOADED,
  504: OVERLOADED,
};

const ON_ERROR: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there. Is the receiver up, and is this its port for HTTP, usually 4318?",
  ENOTFOUND: NAME,
  EAI_AGAIN: NAME,
  ENETUNREACH: NETWORK,
  EHOSTUNREACH: NETWORK,
  ETIMEDOUT: NETWORK,
  ECONNRESET: BROKEN,
  EPIPE: BROKEN,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the receiver's certificate is for another host. Name the host as the certificate has it.",
  CERT_HAS_EXPIRED: "the receiver's certificate is no longer valid.",
  CERT_NOT_YET_VALID: "the receiver's certificate is not valid yet. Is the clock right?",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
};

/** What it means that somebody answers 2xx who takes no OTLP. */
export const NOT_OTLP =
  "what answers there is no receiver of OTLP; a health check or a web page? A Collector takes pushes on its port for HTTP, usually 4318.";

/** What a status of HTTP means for a push, and what to do; `forTls` where the answer says that the port wants TLS. */
export function adviceOnStatus(status: number, forTls: boolean): string {
  if (forTls) return "the port speaks TLS. Begin the endpoint with https://.";
  if (status >= 300 && status < 400) {
    return "the receiver redirects, which is not followed. Name the address it redirects to as the endpoint.";
  }
  return ON_STATUS[status] ?? "the receiver does not take it; its log says why.";
}

/** What the code of an error means for a push, and what to do. */
export function adviceOnError(
  code: string,
  { connected, secure, hasAuthority }: Pick<AttemptState, "connected" | "secure" | "hasAuthority">,
): string {
  if (code === "TIMEOUT") {
    return connected
      ? "the receiver did not answer in time (otlp.timeoutMs)."
      : "no connection came about in time. Is the address right, and does a firewall let it pass?";
  }
  if (code.startsWith("HPE_")) return NOT_HTTP;
  if (secure && ON_ERROR[code] === BROKEN) return BROKEN_TLS;
  if (hasAuthority && ON_ERROR[code] === UNTRUSTED) return UNSIGNED;
  if (/^ERR_OSSL_(PEM|ASN1|X509)_/.test(code))
    return "a certificate or key is not PEM, or the two do not belong together.";
  if (/^ERR_SSL_.*ALERT/.test(code)) return CLIENT_CERTIFICATE;
  if (secure && /^ERR_SSL_/.test(code)) return ON_ERROR[code] ?? NO_TLS;
  return ON_ERROR[code] ?? "the connection could not be made or broke.";
}
