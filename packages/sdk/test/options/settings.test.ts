import { DURATION_BUCKETS_SECONDS } from "@taskvitals/core";
import { afterEach, expect, test, vi } from "vitest";
import { resolveSettings } from "../../src/options/settings.ts";
import { refusalOf } from "../refusal.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const provider = { getMeter: () => expect.fail("not to be used") };

test("without options and environment the defaults hold", () => {
  expect(resolveSettings({ environment: {} })).toEqual({
    disabled: false,
    serviceName: undefined,
    resourceAttributes: {},
    brokers: new Map(),
    queues: [],
    queuesPath: "queues",
    tasks: [],
    endpoint: {},
    otlp: undefined,
    durationBuckets: DURATION_BUCKETS_SECONDS,
    waitBuckets: DURATION_BUCKETS_SECONDS,
    readDeadlineMs: 250,
    maxSeries: 2000,
    maxQueues: 10_000,
    exposition: "incremental",
  });
});

test("the environment fills in what the code leaves out", () => {
  vi.stubEnv("OTEL_SERVICE_NAME", "trainer");
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "team=ml");
  vi.stubEnv("OTEL_EXPORTER_PROMETHEUS_HOST", "0.0.0.0");
  vi.stubEnv("OTEL_EXPORTER_PROMETHEUS_PORT", "9000");
  vi.stubEnv("REDIS_URL", "redis://redis");
  vi.stubEnv("TASKVITALS_QUEUES", "list:jobs");
  expect(resolveSettings({})).toMatchObject({
    serviceName: "trainer",
    resourceAttributes: { team: "ml" },
    endpoint: { host: "0.0.0.0", port: 9000 },
    brokers: new Map([["default", { connection: "redis://redis", path: "REDIS_URL", onDemand: true }]]),
    queues: ["list:jobs"],
    queuesPath: "TASKVITALS_QUEUES",
  });
});

test("what the code says wins over the environment, field by field", () => {
  const settings = resolveSettings({
    serviceName: "code",
    resourceAttributes: { team: "code" },
    endpoint: { port: 1234, host: undefined },
    redis: "redis://code",
    queues: [],
    environment: {
      OTEL_SERVICE_NAME: "environment",
      OTEL_RESOURCE_ATTRIBUTES: "team=environment,region=eu",
      OTEL_EXPORTER_PROMETHEUS_HOST: "0.0.0.0",
      OTEL_EXPORTER_PROMETHEUS_PORT: "9000",
      REDIS_URL: "redis://environment",
      TASKVITALS_QUEUES: "list:environment",
    },
  });
  expect(settings).toMatchObject({
    serviceName: "code",
    resourceAttributes: { team: "code", region: "eu" },
    endpoint: { port: 1234, host: "0.0.0.0" },
    brokers: new Map([["default", { connection: "redis://code", path: "redis", onDemand: false }]]),
    queues: [],
    queuesPath: "queues",
  });
});

test("a service name among the attributes of the code wins over OTEL_SERVICE_NAME, which wins over those of the environment", () => {
  const environment = { OTEL_SERVICE_NAME: "variable", OTEL_RESOURCE_ATTRIBUTES: "service.name=attribute" };
  const named = (options: object): unknown => {
    const { serviceName, resourceAttributes } = resolveSettings({ environment, ...options });
    return serviceName ?? resourceAttributes["service.name"];
  };
  expect(named({ resourceAttributes: { "service.name": "code" } })).toBe("code");
  expect(named({ resourceAttributes: { "service.name": "code" }, serviceName: "name" })).toBe("name");
  expect(named({})).toBe("variable");
});

test("process.env is not looked at when another environment is given", () => {
  vi.stubEnv("OTEL_SERVICE_NAME", "trainer");
  expect(resolveSettings({ environment: {} }).serviceName).toBeUndefined();
});

test.each([
  ["otlp", undefined],
  ["none", undefined],
  ["prometheus", {}],
  ["otlp,prometheus", {}],
])("OTEL_METRICS_EXPORTER=%s decides about the endpoint where the code does not", (exporters, endpoint) => {
  const environment = { OTEL_METRICS_EXPORTER: exporters };
  expect(resolveSettings({ environment }).endpoint).toEqual(endpoint);
  expect(resolveSettings({ environment, endpoint: { port: 1 } }).endpoint).toEqual({ port: 1 });
  expect(resolveSettings({ environment, endpoint: false }).endpoint).toBeUndefined();
});

test("an OTLP endpoint without a list of exporters pushes beside the page", () => {
  const settings = resolveSettings({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" } });
  expect(settings.endpoint).toEqual({});
  expect(settings.otlp?.endpoint).toBe("http://collector:4318/v1/metrics");
});

test("brokers of the code stand beside REDIS_URL, unless one of them is the default", () => {
  const names = (brokers: Record<string, string>): unknown =>
    [...resolveSettings({ environment: { REDIS_URL: "redis://environment" }, brokers }).brokers].map(
      ([name, { path }]) => [name, path],
    );
  expect(names({ jobs: "redis://jobs" })).toEqual([
    ["default", "REDIS_URL"],
    ["jobs", "brokers.jobs"],
  ]);
  expect(names({ default: "redis://code" })).toEqual([["default", "brokers.default"]]);
});

test("two brokers named default are refused", async () => {
  const refusal = await refusalOf(() =>
    resolveSettings({ environment: {}, redis: "redis://:hunter2@a", brokers: { default: "redis://:hunter2@b" } }),
  );
  expect(refusal.message).toMatch(/^brokers\.default: expected one broker of this name/);
  expect(refusal.message).not.toContain("hunter2");
});

test("beside a meter provider of the caller's there is no endpoint, and asking for one is refused", async () => {
  expect(resolveSettings({ environment: {}, meterProvider: provider }).endpoint).toBeUndefined();
  expect(resolveSettings({ environment: {}, meterProvider: provider, endpoint: false }).endpoint).toBeUndefined();
  const refusal = await refusalOf(() => resolveSettings({ environment: {}, meterProvider: provider, endpoint: {} }));
  expect(refusal.message).toMatch(/^endpoint: expected no endpoint beside meterProvider/);
});

test.each([
  [[], "an array of 0"],
  [[1, 1], "buckets.durationSeconds[1]: got 1"],
  [[1, Number.NaN], "buckets.durationSeconds[1]: got NaN"],
  ["1,2", 'buckets.durationSeconds: got "1,2"'],
])("the bounds %j are refused", async (durationSeconds, part) => {
  const buckets = { durationSeconds: durationSeconds as number[] };
  const refusal = await refusalOf(() => resolveSettings({ environment: {}, buckets }));
  expect(refusal.message).toContain("buckets.durationSeconds");
  expect(refusal.message).toContain(part);
});
