import type { OtlpTemporality } from "../telemetry/otlp-temporality.ts";

/** Where and how metrics are pushed over OTLP. */
export interface OtlpOptions {
  /**
   * URL of the receiver, complete with its path, such as `http://collector:4318/v1/metrics`. Default: what
   * `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT` says, else `http://localhost:4318/v1/metrics`. Anything but an
   * http or https URL is refused.
   */
  readonly endpoint?: string | undefined;
  /**
   * Extra request headers, such as a token, beside those of `OTEL_EXPORTER_OTLP_METRICS_HEADERS` and `OTEL_EXPORTER_OTLP_HEADERS`; on the
   * same name these win. Never logged. One that HTTP does not allow is refused.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Time between exports, in milliseconds, at least 100. Default: `OTEL_METRIC_EXPORT_INTERVAL`, else 15 000. */
  readonly intervalMs?: number | undefined;
  /**
   * Time limit of one export with its retries, in milliseconds, at most the interval. Default: the least of `OTEL_METRIC_EXPORT_TIMEOUT`,
   * `OTEL_EXPORTER_OTLP_METRICS_TIMEOUT` (else `OTEL_EXPORTER_OTLP_TIMEOUT`) and the interval, else 10 000.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Counters and histograms as totals (`"cumulative"`), as what came since the last push (`"delta"`), or mixed as OpenTelemetry's `"lowmemory"` has it.
   * With totals a push that is lost costs nothing but a point in time: use deltas only where the receiver wants them. Default:
   * `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, else `"cumulative"`.
   */
  readonly temporality?: OtlpTemporality | undefined;
  /** How pushes are compressed. Default: `OTEL_EXPORTER_OTLP_METRICS_COMPRESSION`, else `OTEL_EXPORTER_OTLP_COMPRESSION`, else `"none"`. */
  readonly compression?: "none" | "gzip" | undefined;
  /**
   * Certificates and key for an https receiver; what is left out comes from the files that `OTEL_EXPORTER_OTLP_CERTIFICATE`, `_CLIENT_CERTIFICATE` and
   * `_CLIENT_KEY` name. What OpenSSL refuses, and certificates for an http endpoint, are refused. Never logged.
   */
  readonly tls?: OtlpTlsOptions | undefined;
}

/** Certificates and key with which a push goes to an https receiver. */
export interface OtlpTlsOptions {
  /** Authorities that vouch for the receiver, PEM, instead of those that Node.js trusts. Default: those, and `NODE_EXTRA_CA_CERTS`. */
  readonly ca?: string | Buffer | undefined;
  /** Certificate chain of the client, PEM, for a receiver that asks for one; refused without `key`. Default: none. */
  readonly cert?: string | Buffer | undefined;
  /** Private key of that certificate, PEM, not encrypted; refused without `cert`. Default: none. */
  readonly key?: string | Buffer | undefined;
}
