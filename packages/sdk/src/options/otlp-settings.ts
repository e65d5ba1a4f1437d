import { invalidOption } from "@taskvitals/core";
import { invalidHeader } from "../telemetry/http-header.ts";
import type { OtlpSettings } from "../telemetry/otlp-reader.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { OtlpOptions } from "./otlp-options.ts";
import { resolveOtlpTls } from "./otlp-tls.ts";
import type { TaskVitalsOptions } from "./task-vitals-options.ts";

const DEFAULT_ENDPOINT = "http://localhost:4318/v1/metrics";
const DEFAULT_EXPORT_INTERVAL_MS = 15_000;
const DEFAULT_EXPORT_TIMEOUT_MS = 10_000;

/**
 * Whether and how metrics are pushed: what the options say, else the environment, else the defaults.
 *
 * @throws TaskVitalsError `INVALID_OPTION`
 */
export function resolveOtlp(options: TaskVitalsOptions, environment: EnvironmentOptions): OtlpSettings | undefined {
  const fromEnvironment = environment.exporters?.has("otlp") ?? environment.hasOtlpEndpoint;
  const given = options.otlp ?? (options.meterProvider === undefined && fromEnvironment);
  if (given === false) return undefined;
  if (options.meterProvider !== undefined) {
    throw invalidOption({
      path: "otlp",
      expected: "no OTLP beside meterProvider, whose own readers push the metrics",
      remedy: "Leave out one of the two.",
    });
  }
  const { compression, endpoint, headers, intervalMs, temporality, timeoutMs, tls }: OtlpOptions =
    given === true ? {} : given;
  checkHeaders(headers);
  const variables = environment.otlp(endpoint !== undefined);
  const interval = intervalMs ?? environment.exportIntervalMs ?? DEFAULT_EXPORT_INTERVAL_MS;
  if (timeoutMs !== undefined && timeoutMs > interval) {
    throw invalidOption({
      path: "otlp.timeoutMs",
      value: timeoutMs,
      expected: `at most the export interval, ${interval} ms`,
    });
  }
  const timeouts = [environment.exportTimeoutMs, variables.timeoutMs].filter((value) => value !== undefined);
  const timeout = timeoutMs ?? (timeouts.length === 0 ? DEFAULT_EXPORT_TIMEOUT_MS : Math.min(...timeouts));
  const url = endpoint ?? variables.endpoint ?? DEFAULT_ENDPOINT;
  return {
    endpoint: url,
    headers: { ...variables.headers, ...headers },
    intervalMs: interval,
    timeoutMs: Math.min(timeout, interval),
    gzip: compression === undefined ? variables.gzip : compression === "gzip",
    temporality: temporality ?? variables.temporality,
    tls: resolveOtlpTls(tls, variables.tls, url),
  };
}

function checkHeaders(headers: OtlpOptions["headers"]): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!invalidHeader(name, value)) continue;
    throw invalidOption({ path: "otlp.headers", expected: "names and values that HTTP allows in headers" });
  }
}
