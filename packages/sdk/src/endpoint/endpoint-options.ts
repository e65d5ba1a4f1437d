import { validateHeaderName, validateHeaderValue } from "node:http";
import { isIP } from "node:net";
import { invalidOption } from "@taskvitals/core";
import type { ThresholdSettings } from "@taskvitals/rules";
import { type AuthenticationOptions, type Authenticator, createAuthenticator } from "./authentication.ts";
import { DEFAULT_COLLECT_TIMEOUT_MS } from "./page-collector.ts";

/** Certificate and key of the endpoint. */
export interface EndpointTls {
  /** Certificate chain, PEM. */
  readonly cert: string | Buffer;
  /** Private key, PEM, not encrypted. */
  readonly key: string | Buffer;
  /**
   * Authorities for client certificates, PEM. When set, only clients that present a certificate signed by one of them are
   * served, `/healthz` and `/readyz` included. Intermediate certificates of the server's own belong into `cert`.
   */
  readonly ca?: string | Buffer | undefined;
  /**
   * What is asked of clients. `verify` (default where `ca` is set): a certificate signed by `ca`; `verify-if-given`: none, or such a one; `any`: a
   * certificate, whoever signed it; `request`: it is asked for and not looked at; `none` (default without `ca`): it is not asked for.
   */
  readonly clientCertificates?: ClientCertificates | undefined;
  /** Oldest version of TLS that is spoken. Default: Node's, TLS 1.2. */
  readonly minVersion?: TlsVersion | undefined;
  /** Newest version of TLS that is spoken. Default: Node's, TLS 1.3. */
  readonly maxVersion?: TlsVersion | undefined;
  /**
   * Called once the endpoint is made, with a function to call whenever certificates or keys were renewed; connections made after that use the new
   * ones. That function throws for what OpenSSL refuses, and goes on with the old ones.
   */
  readonly onStart?: ((renew: (renewed: Pick<EndpointTls, "cert" | "key" | "ca">) => void) => void) | undefined;
}

/** What the endpoint asks of clients' certificates. */
export type ClientCertificates = "none" | "request" | "any" | "verify-if-given" | "verify";

/** A version of TLS, as Node names it. */
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Bounds on what clients can make the endpoint spend. The defaults suit several Prometheus servers. */
export interface EndpointLimits {
  /** Connections open at once, 1 to 10 000; default 128. Further ones are dropped, and idle ones closed to make room. */
  readonly maxConnections?: number | undefined;
  /** Time for a client to send its request, in milliseconds, 1 to 600 000; default 5000. A later one gets 408. */
  readonly requestTimeoutMs?: number | undefined;
  /** Time for a client to take an answer, in milliseconds, 1 to 600 000; default 10 000. Then its connection is destroyed. */
  readonly writeTimeoutMs?: number | undefined;
  /** Time `close()` gives scrapes in flight, in milliseconds, 0 to 60 000; default 1000. Then their connections are destroyed. */
  readonly closeTimeoutMs?: number | undefined;
}

/**
 * The page at `/` that shows the vital signs in a browser. Without credentials of its own it asks for those of the metrics, where they have some: `basicAuth` is
 * what a browser can give.
 */
export interface LivePageOptions extends AuthenticationOptions {
  /** Thresholds of its verdicts: those of the alerts, as a thresholds file gives them to the rules and the doctor. Default: the shipped ones. */
  readonly thresholds?: ThresholdSettings | undefined;
}

/** Options of the HTTP endpoint. Every field is optional; a bad value is refused with `INVALID_OPTION`. */
export interface EndpointOptions extends AuthenticationOptions {
  /**
   * Address or host name to bind to; default `127.0.0.1`, which other machines and containers cannot reach. `0.0.0.0` or `::`
   * binds to all addresses: set `token`, `basicAuth` or `tls` where strangers can reach those.
   */
  readonly host?: string | undefined;
  /** TCP port, 0 to 65 535; default 9464, OpenTelemetry's own. 0 takes any free one; the endpoint's `port` tells which. */
  readonly port?: number | undefined;
  /** Path of the page; default `/metrics`. Begins with `/`, has no query, and is not `/healthz` or `/readyz`. */
  readonly path?: string | undefined;
  /**
   * The page at `/` that shows the last quarter of an hour in a browser; `false` for none. It reads every five seconds, also the queues, and keeps at most
   * 12 MB (8 kB per queue and 4 kB per task, a thousand of each). Default: on, unless {@link path} is `/`.
   */
  readonly livePage?: false | LivePageOptions | undefined;
  /** Serves HTTPS instead of HTTP. */
  readonly tls?: EndpointTls | undefined;
  /** What a taken port does: `throw` (default) rejects with `PORT_IN_USE`, `warn` warns once and goes on without an endpoint. */
  readonly onPortInUse?: "throw" | "warn" | undefined;
  /** Limit of one collection in milliseconds, 1 to 600 000; default 10 000. Scrapes that wait for a longer one get 503. */
  readonly collectTimeoutMs?: number | undefined;
  /** Bounds on what clients can make the endpoint spend. */
  readonly limits?: EndpointLimits | undefined;
  /** Headers added to every answer, such as `strict-transport-security`. One that HTTP does not allow is refused. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Port of the endpoint unless told otherwise: the one OpenTelemetry's specification gives to Prometheus exporters. */
export const DEFAULT_ENDPOINT_PORT = 9464;

/** Time for a client to take an answer, in milliseconds, unless told otherwise. */
export const DEFAULT_WRITE_TIMEOUT_MS = 10_000;

/** {@link EndpointOptions}, checked and complete. */
export interface EndpointSettings {
  /** Address or name to bind to, without brackets. */
  readonly host: string;
  /** Port to bind to; 0 for any. */
  readonly port: number;
  /** Path of the page. */
  readonly path: string;
  /** Checks credentials; `undefined` serves everyone. */
  readonly authenticator: Authenticator | undefined;
  /** Checks credentials for the live page; `undefined` serves everyone. */
  readonly liveAuthenticator: Authenticator | undefined;
  /** Certificate and key; `undefined` for HTTP. */
  readonly tls: EndpointTls | undefined;
  /** What a taken port does. */
  readonly onPortInUse: "throw" | "warn";
  /** Limit of one collection in milliseconds. */
  readonly collectTimeoutMs: number;
  /** The bounds, complete. */
  readonly limits: { readonly [Limit in keyof EndpointLimits]-?: number };
  /** Headers added to every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_DURATION_MS = 600_000;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for the first bad value, with its path; credentials and keys are never shown.
 */
export function resolveEndpointOptions(options: EndpointOptions): EndpointSettings {
  const { limits = {} } = options;
  return {
    host: checkedHost(options.host ?? "127.0.0.1"),
    port: checkedInteger("endpoint.port", options.port ?? DEFAULT_ENDPOINT_PORT, 0, 65_535),
    path: checkedPath(options.path ?? "/metrics"),
    authenticator: createAuthenticator(options),
    liveAuthenticator: liveAuthenticator(options),
    tls: checkedTls(options.tls),
    headers: checkedHeaders(options.headers ?? {}),
    onPortInUse: checkedOnPortInUse(options.onPortInUse ?? "throw"),
    collectTimeoutMs: checkedInteger(
      "endpoint.collectTimeoutMs",
      options.collectTimeoutMs ?? DEFAULT_COLLECT_TIMEOUT_MS,
      1,
      MAX_DURATION_MS,
    ),
    limits: {
      maxConnections: checkedInteger("endpoint.limits.maxConnections", limits.maxConnections ?? 128, 1, 10_000),
      requestTimeoutMs: checkedInteger(
        "endpoint.limits.requestTimeoutMs",
        limits.requestTimeoutMs ?? 5000,
        1,
        MAX_DURATION_MS,
      ),
      writeTimeoutMs: checkedInteger(
        "endpoint.limits.writeTimeoutMs",
        limits.writeTimeoutMs ?? DEFAULT_WRITE_TIMEOUT_MS,
        1,
        MAX_DURATION_MS,
      ),
      closeTimeoutMs: checkedInteger("endpoint.limits.closeTimeoutMs", limits.closeTimeoutMs ?? 1000, 0, 60_000),
    },
  };
}

function liveAuthenticator(options: EndpointOptions): Authenticator | undefined {
  const own = createAuthenticator(options.livePage || {}, { path: "endpoint.livePage", realm: "taskvitals" });
  return own ?? createAuthenticator(options, { realm: "taskvitals" });
}

function checkedInteger(path: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidOption({ path, value, expected: `an integer from ${min} to ${max}` });
}

function checkedHost(host: unknown): string {
  const problem = {
    path: "endpoint.host",
    expected: 'an IP address or a host name, such as "127.0.0.1", "0.0.0.0" or "::"',
    remedy: "Scheme, credentials and port do not belong into it; the port has an option of its own.",
  };
  if (typeof host !== "string") throw invalidOption({ ...problem, value: host });
  const bare = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  if (isIP(bare) !== 0 || /^[a-z\d]([a-z\d._-]*[a-z\d])?\.?$/i.test(bare)) return bare;
  // Something like user:password@host is not to be repeated.
  throw invalidOption(host.includes("@") ? problem : { ...problem, value: host });
}

function checkedPath(path: unknown): string {
  const reserved = path === "/healthz" || path === "/readyz";
  if (typeof path === "string" && !reserved && /^\/[\w\-.~!$&'()*+,;=:@%/]*$/.test(path)) return path;
  throw invalidOption({
    path: "endpoint.path",
    value: path,
    expected: 'a path that begins with "/", without query or fragment, other than "/healthz" and "/readyz"',
  });
}

function checkedOnPortInUse(value: unknown): "throw" | "warn" {
  if (value === "throw" || value === "warn") return value;
  throw invalidOption({ path: "endpoint.onPortInUse", value, expected: '"throw" or "warn"' });
}

function checkedTls(tls: EndpointTls | undefined): EndpointTls | undefined {
  if (tls === undefined) return undefined;
  if (typeof tls !== "object" || tls === null) {
    throw invalidOption({ path: "endpoint.tls", expected: "an object with cert and key" });
  }
  for (const field of ["cert", "key", "ca"] as const) {
    const value: unknown = tls[field];
    if (field === "ca" && value === undefined) continue;
    if ((typeof value === "string" || Buffer.isBuffer(value)) && value.includes("-----BEGIN ")) continue;
    throw invalidOption({
      path: `endpoint.tls.${field}`,
      expected: "PEM text, as a string or a Buffer",
      remedy: "Pass the file's content, not its name.",
    });
  }
  const kinds = ["none", "request", "any", "verify-if-given", "verify"] as const;
  checkedChoice("endpoint.tls.clientCertificates", tls.clientCertificates, kinds);
  for (const field of ["minVersion", "maxVersion"] as const) {
    checkedChoice(`endpoint.tls.${field}`, tls[field], ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);
  }
  if (tls.ca === undefined && tls.clientCertificates?.startsWith("verify")) {
    const remedy = "Set endpoint.tls.ca, or ask for less.";
    throw invalidOption({ path: "endpoint.tls.ca", expected: "authorities to verify clients by", remedy });
  }
  return tls;
}

function checkedChoice(path: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw invalidOption({ path, value, expected: `one of ${choices.join(", ")}` });
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw invalidOption({
        path: "endpoint.headers",
        expected: "headers that HTTP allows, as strings by name",
        remedy: `Correct ${JSON.stringify(name)}.`,
      });
    }
  }
  return headers;
}
