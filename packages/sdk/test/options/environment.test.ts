import { expect, test } from "vitest";
import { readEnvironment } from "../../src/options/environment.ts";
import { refusalOf } from "../refusal.ts";

const NOTHING = {
  disabled: false,
  serviceName: undefined,
  resourceAttributes: {},
  exporters: undefined,
  prometheusHost: undefined,
  prometheusPort: undefined,
  hasOtlpEndpoint: false,
  exportIntervalMs: undefined,
  exportTimeoutMs: undefined,
  redisUrl: undefined,
  queues: undefined,
  exposition: undefined,
  disabledInstrumentations: new Set(),
};

const VARIABLES = [
  "OTEL_SDK_DISABLED",
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_METRICS_EXPORTER",
  "OTEL_EXPORTER_PROMETHEUS_HOST",
  "OTEL_EXPORTER_PROMETHEUS_PORT",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  "OTEL_METRIC_EXPORT_INTERVAL",
  "OTEL_METRIC_EXPORT_TIMEOUT",
  "REDIS_URL",
  "TASKVITALS_QUEUES",
  "TASKVITALS_EXPOSITION",
  "OTEL_NODE_DISABLED_INSTRUMENTATIONS",
];

test("an environment without our variables says nothing", () => {
  expect(readEnvironment({ PATH: "/bin" })).toMatchObject(NOTHING);
});

test.each(["", "  "])("variables that are %j count as not set", (empty) => {
  expect(readEnvironment(Object.fromEntries(VARIABLES.map((name) => [name, empty])))).toMatchObject(NOTHING);
});

test("every variable is read", () => {
  const read = readEnvironment({
    OTEL_SDK_DISABLED: "TRUE",
    OTEL_SERVICE_NAME: " trainer ",
    OTEL_RESOURCE_ATTRIBUTES: "team=ml, region = eu%20west,empty=,with=a=b,",
    OTEL_METRICS_EXPORTER: "prometheus",
    OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
    OTEL_METRIC_EXPORT_INTERVAL: "5000",
    OTEL_METRIC_EXPORT_TIMEOUT: "1000",
    REDIS_URL: "redis://redis",
    TASKVITALS_QUEUES: "list:jobs",
    TASKVITALS_EXPOSITION: "standard",
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: "http, bullmq,",
  });
  expect(read).toMatchObject({
    disabled: true,
    serviceName: "trainer",
    resourceAttributes: { team: "ml", region: "eu west", empty: "", with: "a=b" },
    exporters: new Set(["prometheus"]),
    prometheusHost: "0.0.0.0",
    prometheusPort: 0,
    hasOtlpEndpoint: true,
    exportIntervalMs: 5000,
    exportTimeoutMs: 1000,
    redisUrl: "redis://redis",
    queues: ["list:jobs"],
    exposition: "standard",
    disabledInstrumentations: new Set(["http", "bullmq"]),
  });
});

test.each([
  ["prometheus", ["prometheus"]],
  ["otlp", ["otlp"]],
  ["prometheus,otlp", ["prometheus", "otlp"]],
  [" OTLP , Prometheus ", ["otlp", "prometheus"]],
  ["none", []],
  ["none,otlp", ["otlp"]],
])("OTEL_METRICS_EXPORTER=%j asks for %j", (list, exporters) => {
  expect(readEnvironment({ OTEL_METRICS_EXPORTER: list }).exporters).toEqual(new Set(exporters));
});

test.each([
  ["list:jobs", ["list:jobs"]],
  ["list:jobs,list:mails", ["list:jobs", "list:mails"]],
  [" list:jobs , ,list:mails, ", ["list:jobs", "list:mails"]],
  ["list:a%2Cb,list:100%25,list:with%20space", ["list:a,b", "list:100%", "list:with space"]],
  ["list:tenant:42:jobs", ["list:tenant:42:jobs"]],
  ["list:%D1%85", ["list:х"]],
])("TASKVITALS_QUEUES=%j names %j", (text, queues) => {
  expect(readEnvironment({ TASKVITALS_QUEUES: text }).queues).toEqual(queues);
});

test.each([
  ["OTEL_SDK_DISABLED", "yes", '"true" or "false"'],
  ["OTEL_METRICS_EXPORTER", "prometheus,console", '"console"'],
  ["OTEL_EXPORTER_PROMETHEUS_PORT", "65536", "0 to 65535"],
  ["OTEL_EXPORTER_PROMETHEUS_PORT", "-1", "0 to 65535"],
  ["OTEL_EXPORTER_PROMETHEUS_PORT", "9464.5", "0 to 65535"],
  ["OTEL_EXPORTER_PROMETHEUS_PORT", "http", "0 to 65535"],
  ["OTEL_METRIC_EXPORT_INTERVAL", "0", "100 to"],
  ["OTEL_METRIC_EXPORT_INTERVAL", "15s", "100 to"],
  ["OTEL_METRIC_EXPORT_TIMEOUT", "1e3", "1 to"],
  ["OTEL_RESOURCE_ATTRIBUTES", "team", "name=value"],
  ["OTEL_RESOURCE_ATTRIBUTES", "=ml", "name=value"],
  ["OTEL_RESOURCE_ATTRIBUTES", "team=100%", "percent-encoding"],
  ["TASKVITALS_EXPOSITION", "openmetrics", '"incremental" or "standard"'],
  ["TASKVITALS_QUEUES", "list:100%", "percent-encoding"],
])("%s=%j is refused by its name", async (name, value, expected) => {
  const refusal = await refusalOf(() => readEnvironment({ [name]: value }));
  expect(refusal.code).toBe("INVALID_OPTION");
  expect(refusal.message).toMatch(new RegExp(`^${name}: `));
  expect(refusal.message).toContain(expected);
});

test.each([
  ["OTEL_EXPORTER_PROMETHEUS_HOST", "http://user:hunter2@0.0.0.0"],
  ["TASKVITALS_QUEUES", "redis://:hunter2%@redis"],
  ["OTEL_RESOURCE_ATTRIBUTES", "token=hunter2%"],
])("%s is refused without its value, which may hold a password", async (name, value) => {
  const refusal = await refusalOf(() => readEnvironment({ [name]: value }));
  expect(refusal.message).toMatch(new RegExp(`^${name}: expected `));
  expect(refusal.message).not.toContain("hunter2");
});

test.each(["0.0.0.0", "::", "[::1]", "localhost", "metrics.internal"])("the host may be %s", (host) => {
  expect(readEnvironment({ OTEL_EXPORTER_PROMETHEUS_HOST: host }).prometheusHost).toBe(host);
});
