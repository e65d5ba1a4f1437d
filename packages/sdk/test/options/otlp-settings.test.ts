import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { expect, onTestFinished, test } from "vitest";
import { tempDirectory } from "../../../../test/services/index.ts";
import { readEnvironment } from "../../src/options/environment.ts";
import type { OtlpTlsOptions } from "../../src/options/otlp-options.ts";
import { resolveOtlp } from "../../src/options/otlp-settings.ts";
import { resolveOtlpTls } from "../../src/options/otlp-tls.ts";
import type { TaskVitalsOptions } from "../../src/options/task-vitals-options.ts";
import type { OtlpSettings } from "../../src/telemetry/otlp-reader.ts";
import { refusalOf } from "../refusal.ts";

const resolve = (options: TaskVitalsOptions, environment: Record<string, string> = {}): OtlpSettings | undefined =>
  resolveOtlp(options, readEnvironment(environment));

const provider = { getMeter: () => expect.fail("not to be used") };

test("nothing is pushed unless asked for", () => {
  expect(resolve({})).toBeUndefined();
  expect(resolve({}, { OTEL_METRICS_EXPORTER: "prometheus" })).toBeUndefined();
});

test.each([
  { OTEL_METRICS_EXPORTER: "otlp" },
  { OTEL_METRICS_EXPORTER: "prometheus,otlp" },
  { OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" },
  { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://localhost:4318/v1/metrics" },
])("%j turns the push on", (environment) => {
  expect(resolve({}, environment)).toMatchObject({
    endpoint: "http://localhost:4318/v1/metrics",
    headers: {},
    intervalMs: 15_000,
    timeoutMs: 10_000,
    gzip: false,
    temporality: "cumulative",
  });
});

test.each(["prometheus", "none"])("OTEL_METRICS_EXPORTER=%s leaves it off although an endpoint is set", (exporter) => {
  const environment = { OTEL_METRICS_EXPORTER: exporter, OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" };
  expect(resolve({}, environment)).toBeUndefined();
});

test("otlp: false wins over the environment, and otlp: true needs none", () => {
  expect(resolve({ otlp: false }, { OTEL_METRICS_EXPORTER: "otlp" })).toBeUndefined();
  expect(resolve({ otlp: true })?.endpoint).toBe("http://localhost:4318/v1/metrics");
});

test.each([
  ["http://c:4318", "http://c:4318/v1/metrics"],
  ["http://c:4318/", "http://c:4318/v1/metrics"],
  ["https://c/otlp", "https://c/otlp/v1/metrics"],
  ["http://c/otlp/?tenant=1", "http://c/otlp/v1/metrics?tenant=1"],
])("OTEL_EXPORTER_OTLP_ENDPOINT=%s gets the path of metrics", (base, url) => {
  expect(resolve({}, { OTEL_EXPORTER_OTLP_ENDPOINT: base })?.endpoint).toBe(url);
});

test("what is said for metrics wins over what is said for all signals", () => {
  const settings = resolve(
    {},
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://all:4318",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://metrics:4318/push",
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=all,x-all=1",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "x-team=metrics",
      OTEL_EXPORTER_OTLP_COMPRESSION: "none",
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_TIMEOUT: "9000",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "3000",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "Delta",
    },
  );
  expect(settings).toMatchObject({
    endpoint: "http://metrics:4318/push",
    headers: { "x-team": "metrics", "x-all": "1" },
    gzip: true,
    timeoutMs: 3000,
    temporality: "delta",
  });
});

test("what the code says wins over the environment", () => {
  const settings = resolve(
    { otlp: { endpoint: "http://code:1/x", headers: { "x-team": "code" }, intervalMs: 2000, timeoutMs: 500 } },
    {
      // Not even looked at: they are about another receiver.
      OTEL_EXPORTER_OTLP_ENDPOINT: "unix:/collector",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=environment,x-other=1",
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
      OTEL_METRIC_EXPORT_INTERVAL: "1000",
      OTEL_METRIC_EXPORT_TIMEOUT: "400",
    },
  );
  expect(settings).toMatchObject({
    endpoint: "http://code:1/x",
    headers: { "x-team": "code", "x-other": "1" },
    intervalMs: 2000,
    timeoutMs: 500,
  });
});

test("temporality and compression of the code win over the environment", () => {
  const environment = {
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
  };
  expect(resolve({ otlp: true }, environment)).toMatchObject({ gzip: true, temporality: "delta" });
  const code = { compression: "none", temporality: "lowmemory" } as const;
  expect(resolve({ otlp: code }, environment)).toMatchObject({ gzip: false, temporality: "lowmemory" });
  expect(resolve({ otlp: { compression: "gzip" } })).toMatchObject({ gzip: true, temporality: "cumulative" });
});

test("certificates of the code win over those of the environment, and a pair is not mixed", async () => {
  const { cert, private: key } = await generate([{ name: "commonName", value: "worker" }], { keyType: "ec" });
  const none = { ca: undefined, cert: undefined, key: undefined };
  const environment = { ca: Buffer.from("their ca"), cert: Buffer.from("their cert"), key: Buffer.from("their key") };
  const url = "https://collector:4318/v1/metrics";
  expect(resolveOtlpTls({ ca: cert }, environment, url)).toEqual({ ...environment, ca: cert });
  expect(resolveOtlpTls({ cert, key: Buffer.from(key) }, environment, url)).toEqual({
    ca: environment.ca,
    cert,
    key: Buffer.from(key),
  });
  expect(resolveOtlpTls(undefined, environment, "http://collector")).toBe(environment);
  expect(resolveOtlpTls({}, none, url)).toEqual(none);

  const refused = async (tls: OtlpTlsOptions, endpoint = url): Promise<string> =>
    (await refusalOf(() => resolve({ otlp: { endpoint, tls } }))).message;
  expect(await refused({ ca: cert }, "http://collector:4318")).toMatch(/^otlp\.tls: expected an https endpoint\. /);
  expect(await refused({ cert })).toBe("otlp.tls: expected cert and key together, or neither.");
  const { private: another } = await generate([{ name: "commonName", value: "another" }], { keyType: "ec" });
  for (const tls of [
    { cert, key: another },
    { cert, key: "hunter2" },
    { cert: "hunter2", key },
  ]) {
    expect(await refused(tls)).toMatch(/^otlp\.tls: expected certificates and a key that belong together, as PEM/);
    expect(await refused(tls)).not.toContain("hunter2");
  }
});

test("the limit of an export is never longer than the interval", () => {
  expect(resolve({ otlp: true }, { OTEL_METRIC_EXPORT_INTERVAL: "1000" })?.timeoutMs).toBe(1000);
});

test("certificates and key are read from the files that the environment names", () => {
  const directory = tempDirectory("otlp");
  onTestFinished(directory.remove);
  const path = (name: string): string => join(directory.path, name);
  for (const name of ["ca", "cert", "key"]) writeFileSync(path(name), `the ${name}`);
  const settings = resolve(
    { otlp: true },
    {
      OTEL_EXPORTER_OTLP_CERTIFICATE: path("nowhere"),
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: path("ca"),
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: path("cert"),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: path("key"),
    },
  );
  expect(String(settings?.tls.ca)).toBe("the ca");
  expect(String(settings?.tls.cert)).toBe("the cert");
  expect(String(settings?.tls.key)).toBe("the key");
});

test.each([
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"],
  ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json", "http/protobuf"],
  ["OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "whole number"],
  ["OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "0", "whole number"],
  ["OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "gzip"],
  ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "rising", "lowmemory"],
  ["OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem", "PEM file"],
])("%s=%s is refused by its name, where metrics are pushed", async (name, value, expected) => {
  const refusal = await refusalOf(() => resolve({ otlp: true }, { [name]: value }));
  expect(refusal.code).toBe("INVALID_OPTION");
  expect(refusal.message).toMatch(new RegExp(`^${name}: got "${value}"; `));
  expect(refusal.message).toContain(expected);
  // The application's traces share these variables.
  expect(resolve({ otlp: false }, { [name]: value })).toBeUndefined();
});

test.each([
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://user:hunter2@collector"],
  ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http//user:hunter2@collector"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "authorization: hunter2"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2%0Aevil"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2%"],
  ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "=hunter2"],
  ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a b=hunter2"],
])("%s=%j is refused without its value", async (name, value) => {
  const refusal = await refusalOf(() => resolve({ otlp: true }, { [name]: value }));
  expect(refusal.message).toMatch(new RegExp(`^${name}: expected `));
  expect(refusal.message).not.toContain("hunter2");
});

test("headers that HTTP does not allow are refused without their values", async () => {
  for (const headers of [{ "a b": "hunter2" }, { token: "hunter2\nevil" }]) {
    const refusal = await refusalOf(() => resolve({ otlp: { headers } }));
    expect(refusal.message).toMatch(/^otlp\.headers: expected /);
    expect(refusal.message).not.toContain("hunter2");
  }
});

test("a limit longer than the interval is refused", async () => {
  const refusal = await refusalOf(() => resolve({ otlp: { intervalMs: 1000, timeoutMs: 1001 } }));
  expect(refusal.message).toBe("otlp.timeoutMs: got 1001; expected at most the export interval, 1000 ms.");
});

test("beside a meter provider of the caller's there is no push, and asking for one is refused", async () => {
  expect(resolve({ meterProvider: provider }, { OTEL_METRICS_EXPORTER: "otlp" })).toBeUndefined();
  const refusal = await refusalOf(() => resolve({ meterProvider: provider, otlp: true }));
  expect(refusal.message).toMatch(/^otlp: expected no OTLP beside meterProvider/);
});
