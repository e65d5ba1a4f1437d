import { invalidOption } from "@taskvitals/core";

/** What the environment says; a field is absent where its variable is not set or empty. */
export interface EnvironmentOptions {
  readonly disabled: boolean;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** `undefined` where `OTEL_METRICS_EXPORTER` is not set. */
  readonly exporters: ReadonlySet<MetricsExporter> | undefined;
  readonly prometheusHost: string | undefined;
  readonly prometheusPort: number | undefined;
  readonly hasOtlpEndpoint: boolean;
  readonly exportIntervalMs: number | undefined;
  readonly exportTimeoutMs: number | undefined;
  readonly redisUrl: string | undefined;
  readonly queues: readonly string[] | undefined;
}

/** What `OTEL_METRICS_EXPORTER` may name. */
export type MetricsExporter = "prometheus" | "otlp";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment variables of taskvitals. An empty variable counts as not set, as OpenTelemetry has it.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the variable
 */
export function readEnvironment(variables: Variables): EnvironmentOptions {
  const get = (name: string): string | undefined => variables[name]?.trim() || undefined;
  checkOtlp(get);
  return {
    disabled: boolean("OTEL_SDK_DISABLED", get) ?? false,
    serviceName: get("OTEL_SERVICE_NAME"),
    resourceAttributes: resourceAttributes(get("OTEL_RESOURCE_ATTRIBUTES")),
    exporters: exporters(get("OTEL_METRICS_EXPORTER")),
    prometheusHost: get("OTEL_EXPORTER_PROMETHEUS_HOST"),
    prometheusPort: integer("OTEL_EXPORTER_PROMETHEUS_PORT", get, 0, 65_535),
    hasOtlpEndpoint: OTLP_ENDPOINTS.some((name) => get(name) !== undefined),
    exportIntervalMs: integer("OTEL_METRIC_EXPORT_INTERVAL", get, 100, 86_400_000),
    exportTimeoutMs: integer("OTEL_METRIC_EXPORT_TIMEOUT", get, 1, 86_400_000),
    redisUrl: get("REDIS_URL"),
    queues: queues(get("TASKVITALS_QUEUES")),
  };
}

type Get = (name: string) => string | undefined;

const OTLP_ENDPOINTS = ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"] as const;

function boolean(name: string, get: Get): boolean | undefined {
  const value = get(name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") {
    throw invalidOption({ path: name, value: get(name), expected: '"true" or "false"' });
  }
  return value === "true";
}

function integer(name: string, get: Get, least: number, most: number): number | undefined {
  const text = get(name);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw invalidOption({ path: name, value: text, expected: `a whole number from ${least} to ${most}` });
  }
  return value;
}

function exporters(list: string | undefined): ReadonlySet<MetricsExporter> | undefined {
  if (list === undefined) return undefined;
  const found = new Set<MetricsExporter>();
  for (const name of list.split(",").map((part) => part.trim().toLowerCase())) {
    if (name === "prometheus" || name === "otlp") found.add(name);
    else if (name !== "none" && name !== "") {
      throw invalidOption({
        path: "OTEL_METRICS_EXPORTER",
        value: name,
        expected: '"prometheus", "otlp", both separated by a comma, or "none"',
      });
    }
  }
  return found;
}

function resourceAttributes(text: string | undefined): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const pair of text?.split(",") ?? []) {
    if (pair.trim() === "") continue;
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === "") {
      throw invalidOption({
        path: "OTEL_RESOURCE_ATTRIBUTES",
        value: pair,
        expected: "name=value pairs separated by commas",
      });
    }
    attributes[name] = percentDecoded("OTEL_RESOURCE_ATTRIBUTES", pair.slice(at + 1).trim());
  }
  return attributes;
}

function queues(text: string | undefined): readonly string[] | undefined {
  const listed = text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return listed?.map((part) => percentDecoded("TASKVITALS_QUEUES", part));
}

function percentDecoded(path: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidOption({
      path,
      value: text,
      expected: "valid percent-encoding",
      remedy: 'Write a comma as %2C and a percent sign as "%25".',
    });
  }
}

// The exporter reads these itself and falls back in silence where it does not understand them.
function checkOtlp(get: Get): void {
  for (const name of OTLP_ENDPOINTS) {
    const text = get(name);
    if (text === undefined) continue;
    // Not shown: a URL may hold a password.
    const protocol = URL.canParse(text) ? new URL(text).protocol : "";
    if (protocol !== "http:" && protocol !== "https:")
      throw invalidOption({ path: name, expected: "an http or https URL" });
  }
  for (const name of ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]) {
    const value = get(name);
    if (value !== undefined && value !== "http/protobuf") {
      throw invalidOption({
        path: name,
        value,
        expected: '"http/protobuf", the one protocol that taskvitals speaks',
        remedy: "Use the receiver's HTTP port, usually 4318.",
      });
    }
  }
  const preference = get("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
  if (preference !== undefined && !["cumulative", "delta", "lowmemory"].includes(preference.toLowerCase())) {
    throw invalidOption({
      path: "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
      value: preference,
      expected: '"cumulative", "delta" or "lowmemory"',
    });
  }
  for (const name of ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"])
    integer(name, get, 1, 86_400_000);
}
