/** One row of the table of environment variables. */
export interface DocumentedVariable {
  readonly names: readonly string[];
  readonly meaning: string;
  readonly accepted: string;
  readonly fallback: string;
}

/** What OpenTelemetry's variables for OTLP may end in; each also with `METRICS_` in front, which wins. */
const OTLP = [
  "ENDPOINT",
  "HEADERS",
  "TIMEOUT",
  "COMPRESSION",
  "CERTIFICATE",
  "CLIENT_CERTIFICATE",
  "CLIENT_KEY",
  "PROTOCOL",
];

const OTLP_ROWS: Readonly<Record<string, readonly [meaning: string, accepted: string, fallback: string]>> = {
  ENDPOINT: [
    "where to push; the one with `METRICS` is taken with its path as it is, the other gets `/v1/metrics`",
    "an http or https URL",
    "`http://localhost:4318`",
  ],
  HEADERS: [
    "extra headers of a push, such as a token; never shown",
    "`name=value`, separated by commas, percent-encoded",
    "none",
  ],
  TIMEOUT: ["limit of one push with its retries, in milliseconds", "1 to 86 400 000", "10 000, at most the interval"],
  COMPRESSION: ["how pushes are compressed", "`none`, `gzip`", "`none`"],
  CERTIFICATE: ["file of the authorities that vouch for the receiver", "PEM", "those that Node.js trusts"],
  CLIENT_CERTIFICATE: ["file of the certificate to show the receiver", "PEM, with its key", "none"],
  CLIENT_KEY: ["file of the key of that certificate", "PEM, not encrypted", "none"],
  PROTOCOL: ["how is pushed; `_INSECURE` is about gRPC and not read", "`http/protobuf`", "`http/protobuf`"],
};

/** The variables that `startTaskVitals`, `taskvitals/register` and the exporter read. Tests hold it against their sources. */
export const environmentVariables: readonly DocumentedVariable[] = [
  row("OTEL_SERVICE_NAME", "name of the service; `job` behind a Collector", "text", "`unknown_service`"),
  row(
    "OTEL_RESOURCE_ATTRIBUTES",
    "more about who this is; goes to OTLP and `target_info`",
    "`name=value`, separated by commas, percent-encoded",
    "none",
  ),
  row("OTEL_SDK_DISABLED", "switches everything off", "`true`, `false`", "`false`"),
  row(
    "OTEL_METRICS_EXPORTER",
    "whether metrics are scraped, pushed, or both",
    "`prometheus`, `otlp`, both with a comma, `none`",
    "`prometheus`, and `otlp` if an endpoint is set",
  ),
  row(
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "address that the endpoint listens on",
    "an address or host name",
    "`127.0.0.1`",
  ),
  row("OTEL_EXPORTER_PROMETHEUS_PORT", "its port; 0 takes any free one", "0 to 65 535", "9464; 10464 for the exporter"),
  ...OTLP.map((setting) => {
    const [meaning, accepted, fallback] = OTLP_ROWS[setting] ?? ["", "", ""];
    const names = [`OTEL_EXPORTER_OTLP_${setting}`, `OTEL_EXPORTER_OTLP_METRICS_${setting}`];
    return { names, meaning, accepted, fallback };
  }),
  row(
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "whether totals or what came since the last push is sent",
    "`cumulative`, `delta`, `lowmemory`",
    "`cumulative`",
  ),
  row("OTEL_METRIC_EXPORT_INTERVAL", "time between pushes, in milliseconds", "100 to 86 400 000", "15 000"),
  row(
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "limit of one push, in milliseconds",
    "1 to 86 400 000",
    "10 000, at most the interval",
  ),
  row(
    "OTEL_NODE_DISABLED_INSTRUMENTATIONS",
    "with `bullmq` in it BullMQ's workers are left alone; read by `taskvitals/register` only",
    "names, separated by commas",
    "none",
  ),
  row("REDIS_URL", "the broker named `default`", "a `redis://` or `rediss://` URL", "none"),
  row(
    "TASKVITALS_QUEUES",
    "queues and counters to read",
    "`<layout>:<name>`, separated by commas, percent-encoded",
    "none",
  ),
  row(
    "TASKVITALS_SHARED_TOTALS",
    "totals are shared by all processes; read by `startTaskVitals` and `taskvitals/register`",
    "`true`, `false`, or a namespace",
    "`false`",
  ),
  row("TASKVITALS_LIVE_PAGE", "whether there is a [live page](live-page.md) at `/`", "`true`, `false`", "`true`"),
  row(
    "TASKVITALS_LIVE_PAGE_THRESHOLDS",
    "thresholds file that its verdicts rest on; of the exporter",
    "a file",
    "the shipped thresholds",
  ),
  row("TASKVITALS_EXPOSITION", "who writes the page", "`incremental`, `standard`", "`incremental`"),
];

function row(name: string, meaning: string, accepted: string, fallback: string): DocumentedVariable {
  return { names: [name], meaning, accepted, fallback };
}
