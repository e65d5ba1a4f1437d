import { isIP } from "node:net";
import { invalidOption } from "@taskvitals/core";
import { NAMESPACE, NAMESPACE_EXPECTED } from "../shared-totals/namespace.ts";
import { hasOtlpEndpoint, type OtlpEnvironment, readOtlpEnvironment } from "./otlp-environment.ts";
import type { ExpositionName } from "./task-vitals-options.ts";
import { type GetVariable as Get, variables, wholeNumber } from "./variables.ts";

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
  /** The variables of OTLP exporters, which the application's traces share: read and checked only where metrics are pushed. */
  readonly otlp: (endpointKnown: boolean) => OtlpEnvironment;
  readonly exportIntervalMs: number | undefined;
  readonly exportTimeoutMs: number | undefined;
  readonly redisUrl: string | undefined;
  readonly queues: readonly string[] | undefined;
  readonly exposition: ExpositionName | undefined;
  /** Whether there is a live page; `undefined` where `TASKVITALS_LIVE_PAGE` is not set. */
  readonly livePage: boolean | undefined;
  /** What `TASKVITALS_SHARED_TOTALS` says: whether, or under which namespace. */
  readonly sharedTotals: boolean | { readonly namespace: string } | undefined;
  /** Names in `OTEL_NODE_DISABLED_INSTRUMENTATIONS`; of other people's instrumentations too. */
  readonly disabledInstrumentations: ReadonlySet<string>;
}

/** What `OTEL_METRICS_EXPORTER` may name. */
export type MetricsExporter = "prometheus" | "otlp";

/**
 * Reads the environment variables of taskvitals. An empty variable counts as not set, as OpenTelemetry has it.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the variable
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): EnvironmentOptions {
  const get = variables(environment);
  return {
    disabled: boolean("OTEL_SDK_DISABLED", get) ?? false,
    serviceName: get("OTEL_SERVICE_NAME"),
    resourceAttributes: resourceAttributes(get("OTEL_RESOURCE_ATTRIBUTES")),
    exporters: exporters(get("OTEL_METRICS_EXPORTER")),
    prometheusHost: host("OTEL_EXPORTER_PROMETHEUS_HOST", get),
    prometheusPort: wholeNumber("OTEL_EXPORTER_PROMETHEUS_PORT", get, 0, 65_535),
    hasOtlpEndpoint: hasOtlpEndpoint(get),
    otlp: (endpointKnown) => readOtlpEnvironment(get, endpointKnown),
    exportIntervalMs: wholeNumber("OTEL_METRIC_EXPORT_INTERVAL", get, 100, 86_400_000),
    exportTimeoutMs: wholeNumber("OTEL_METRIC_EXPORT_TIMEOUT", get, 1, 86_400_000),
    redisUrl: get("REDIS_URL"),
    queues: queues(get("TASKVITALS_QUEUES")),
    exposition: exposition(get("TASKVITALS_EXPOSITION")),
    livePage: boolean("TASKVITALS_LIVE_PAGE", get),
    sharedTotals: sharedTotals(get("TASKVITALS_SHARED_TOTALS")),
    disabledInstrumentations: new Set(listed(get("OTEL_NODE_DISABLED_INSTRUMENTATIONS"))),
  };
}

function boolean(name: string, get: Get): boolean | undefined {
  const value = get(name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") {
    throw invalidOption({ path: name, value: get(name), expected: '"true" or "false"' });
  }
  return value === "true";
}

function host(name: string, get: Get): string | undefined {
  const given = get(name);
  const bare = given?.replace(/^\[(.*)\]$/, "$1") ?? "";
  if (given === undefined || isIP(bare) !== 0 || /^[a-z\d]([a-z\d._-]*[a-z\d])?\.?$/i.test(bare)) return given;
  // Not shown: it may be a URL with a password.
  throw invalidOption({
    path: name,
    expected: "an IP address or a host name, without scheme and port",
    remedy: "The port has a variable of its own, OTEL_EXPORTER_PROMETHEUS_PORT.",
  });
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
  return listed(text)?.map((part) => percentDecoded("TASKVITALS_QUEUES", part));
}

function listed(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function percentDecoded(path: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not shown: among the queues it may be a URL with a password.
    throw invalidOption({
      path,
      expected: "valid percent-encoding",
      remedy: "Write a comma as %2C and a percent sign as %25.",
    });
  }
}

function exposition(name: string | undefined): ExpositionName | undefined {
  if (name === undefined || name === "incremental" || name === "standard") return name;
  throw invalidOption({ path: "TASKVITALS_EXPOSITION", value: name, expected: '"incremental" or "standard"' });
}

function sharedTotals(text: string | undefined): EnvironmentOptions["sharedTotals"] {
  if (text === undefined) return undefined;
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  if (NAMESPACE.test(text)) return { namespace: text };
  throw invalidOption({
    path: "TASKVITALS_SHARED_TOTALS",
    value: text,
    expected: `"true", "false" or a namespace: ${NAMESPACE_EXPECTED}`,
  });
}
