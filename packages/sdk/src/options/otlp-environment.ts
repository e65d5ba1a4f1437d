import { readFileSync } from "node:fs";
import { invalidOption } from "@taskvitals/core";
import { invalidHeader } from "../telemetry/http-header.ts";
import type { OtlpTls } from "../telemetry/otlp-reader.ts";
import type { OtlpTemporality } from "../telemetry/otlp-temporality.ts";
import { type GetVariable, wholeNumber } from "./variables.ts";

/** What the variables of OTLP exporters say about metrics; those with `METRICS` in their name win over those without. */
export interface OtlpEnvironment {
  /** URL with its path. */
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly timeoutMs: number | undefined;
  readonly temporality: OtlpTemporality;
  readonly tls: OtlpTls;
}

const ENDPOINT = "ENDPOINT";

/** Whether an OTLP endpoint is set. */
export function hasOtlpEndpoint(get: GetVariable): boolean {
  return names(ENDPOINT).some((name) => get(name) !== undefined);
}

/**
 * Reads the variables of OTLP exporters. Unlike OpenTelemetry's own exporter it falls back on nothing in silence.
 *
 * @param endpointKnown - whether the code names an endpoint; those of the environment, and what is spoken there, are then left alone
 * @throws TaskVitalsError `INVALID_OPTION` naming the variable; the values of those that may hold a credential are not shown
 */
export function readOtlpEnvironment(get: GetVariable, endpointKnown: boolean): OtlpEnvironment {
  if (!endpointKnown) checkProtocol(get);
  const [specific, general] = names("TIMEOUT").map((name) => wholeNumber(name, get, 1, 86_400_000));
  return {
    endpoint: endpointKnown ? undefined : endpoint(get),
    headers: Object.assign(
      {},
      ...names("HEADERS")
        .reverse()
        .map((name) => headers(name, get)),
    ),
    gzip: oneOf("COMPRESSION", get, ["none", "gzip"]) === "gzip",
    timeoutMs: specific ?? general,
    temporality: temporality(get),
    tls: {
      ca: file("CERTIFICATE", get),
      cert: file("CLIENT_CERTIFICATE", get),
      key: file("CLIENT_KEY", get),
    },
  };
}

/** The variables that hold a setting, the one that wins first. */
function names(setting: string): [specific: string, general: string] {
  return [`OTEL_EXPORTER_OTLP_METRICS_${setting}`, `OTEL_EXPORTER_OTLP_${setting}`];
}

function endpoint(get: GetVariable): string | undefined {
  const [specific, general] = names(ENDPOINT).map((name) => {
    const text = get(name);
    if (text === undefined) return undefined;
    const url = URL.parse(text);
    if (url?.protocol === "http:" || url?.protocol === "https:") return url;
    // Not shown: a URL may hold a password.
    throw invalidOption({
      path: name,
      expected: "an http or https URL",
      remedy: 'Begin it with "http://" or "https://".',
    });
  });
  if (specific) return specific.href;
  if (general) general.pathname = general.pathname.replace(/\/?$/, "/v1/metrics");
  return general?.href;
}

function headers(name: string, get: GetVariable): Record<string, string> {
  const pairs = get(name)
    ?.split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  const found: Record<string, string> = {};
  for (const pair of pairs ?? []) {
    const at = pair.indexOf("=");
    const header = decoded(pair.slice(0, Math.max(at, 0)).trim());
    const value = decoded(pair.slice(at + 1).trim());
    if (header === undefined || value === undefined || invalidHeader(header, value)) {
      // Not shown: headers hold tokens.
      throw invalidOption({
        path: name,
        expected: "name=value pairs separated by commas, percent-encoded",
        remedy: "Write a comma as %2C, a percent sign as %25 and a space as %20.",
      });
    }
    found[header] = value;
  }
  return found;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function oneOf<T extends string>(setting: string, get: GetVariable, accepted: readonly T[]): T | undefined {
  const values = names(setting).map((name) => {
    const value = get(name);
    if (value === undefined || accepted.includes(value as T)) return value as T | undefined;
    throw invalidOption({ path: name, value, expected: accepted.map((one) => `"${one}"`).join(" or ") });
  });
  return values.find((value) => value !== undefined);
}

function checkProtocol(get: GetVariable): void {
  const name = names("PROTOCOL").find((candidate) => get(candidate) !== undefined);
  if (name === undefined || get(name) === "http/protobuf") return;
  throw invalidOption({
    path: name,
    value: get(name),
    expected: '"http/protobuf", the one protocol that taskvitals speaks',
    remedy:
      "Set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf and OTEL_EXPORTER_OTLP_METRICS_ENDPOINT to the receiver's HTTP port, usually " +
      "4318; or push nothing with OTEL_METRICS_EXPORTER=prometheus or otlp: false.",
  });
}

function temporality(get: GetVariable): OtlpTemporality {
  const name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
  const given = get(name);
  const value = given?.toLowerCase() ?? "cumulative";
  if (value === "cumulative" || value === "delta" || value === "lowmemory") return value;
  throw invalidOption({ path: name, value: given, expected: '"cumulative", "delta" or "lowmemory"' });
}

function file(setting: string, get: GetVariable): Buffer | undefined {
  const name = names(setting).find((candidate) => get(candidate) !== undefined);
  const path = name === undefined ? undefined : get(name);
  if (name === undefined || path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch {
    throw invalidOption({ path: name, value: path, expected: "the path of a PEM file that this process can read" });
  }
}
