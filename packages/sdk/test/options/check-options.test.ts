import { expect, test } from "vitest";
import type { LivePageOptions } from "../../src/endpoint/index.ts";
import { checkLivePageOptions, checkOptions } from "../../src/options/check-options.ts";
import type { TaskVitalsOptions } from "../../src/options/task-vitals-options.ts";
import { refusalOf } from "../refusal.ts";

const refused = (options: unknown): ReturnType<typeof refusalOf> =>
  refusalOf(() => checkOptions(options as TaskVitalsOptions));

test("every option is known", () => {
  checkOptions({
    serviceName: "trainer",
    resourceAttributes: { team: "ml", shard: 1, canary: false },
    redis: "redis://redis",
    brokers: { jobs: "redis://redis/1" },
    queues: ["list:jobs", { layout: "list", name: "mails", broker: "jobs", label: "acme-mails" }],
    tasks: ["train", { task: "send", queue: "mails" }, { task: "send" }],
    defaultQueue: "jobs",
    concurrency: { jobs: 4 },
    endpoint: {
      host: "127.0.0.1",
      port: 0,
      path: "/metrics",
      token: "t",
      basicAuth: { username: "u", password: "p" },
      tls: { cert: "", key: "", ca: "" },
      onPortInUse: "warn",
      collectTimeoutMs: 1000,
      livePage: {
        token: "t",
        thresholds: {
          values: { stuckSeconds: 600, brokerPingSeconds: 0.2 },
          queues: { "mails.eu": { oldestTaskSeconds: 60, failureRatio: undefined } },
          tasks: { train: { failureRatio: 0.5 } },
          forSeconds: { TaskQueueStuck: 60 },
          severities: { TaskQueueStuck: "warning" },
          disabled: ["TaskMetricsAbsent"],
        },
      },
      limits: { maxConnections: 1, requestTimeoutMs: 1, writeTimeoutMs: 1, closeTimeoutMs: 1 },
    },
    otlp: { endpoint: "http://collector:4318/v1/metrics", headers: { a: "b" }, intervalMs: 1000, timeoutMs: 1000 },
    sharedTotals: {
      broker: "jobs",
      namespace: "acme",
      intervalMs: 1000,
      foldAfterMs: 12_000,
      page: false,
      store: "redis",
    },
    buckets: { durationSeconds: [1] },
    readDeadlineMs: 250,
    maxSeries: 2000,
    exposition: "standard",
    promClient: { metrics: () => "" },
    hostVitals: true,
    runtimeMetrics: true,
    hostMetrics: false,
    metricProducer: undefined,
    registerGlobal: false,
    signals: true,
    logger: console,
    environment: process.env,
  });
});

test("undefined is the same as left out", () => {
  checkOptions({
    serviceName: undefined,
    endpoint: undefined,
    otlp: undefined,
    tasks: undefined,
    concurrency: undefined,
  });
});

test.each([
  [{ queue: [] }, "queue", "The options are: serviceName,"],
  [{ endpoint: { prot: 1 } }, "endpoint.prot", "The options of endpoint are: host, port,"],
  [
    { endpoint: { tls: { crt: "" } } },
    "endpoint.tls.crt",
    "The options of endpoint.tls are: cert, key, ca, clientCertificates, minVersion, maxVersion, onStart.",
  ],
  [{ endpoint: { limits: { timeoutMs: 1 } } }, "endpoint.limits.timeoutMs", "of endpoint.limits are: maxConnections,"],
  [{ endpoint: { basicAuth: { user: "" } } }, "endpoint.basicAuth.user", "are: username, password."],
  [{ endpoint: { livePage: { basicAuth: { user: "" } } } }, "livePage.basicAuth.user", "are: username, password."],
  [
    { endpoint: { livePage: { thresholds: { stuckSeconds: 1 } } } },
    "endpoint.livePage.thresholds.stuckSeconds",
    "The options of endpoint.livePage.thresholds are: values, queues, tasks, forSeconds, severities, disabled.",
  ],
  [
    { endpoint: { livePage: { thresholds: { queues: { "mails.eu": { brokerPingSeconds: 1 } } } } } },
    "endpoint.livePage.thresholds.queues.mails.eu.brokerPingSeconds",
    "oldestTaskSeconds",
  ],
  [
    { endpoint: { livePage: { thresholds: { tasks: { train: { stuckSeconds: 1 } } } } } },
    "endpoint.livePage.thresholds.tasks.train.stuckSeconds",
    "failureRatio",
  ],
  [
    { otlp: { url: "" } },
    "otlp.url",
    "The options of otlp are: endpoint, headers, intervalMs, timeoutMs, temporality,",
  ],
  [{ otlp: { tls: { crt: "" } } }, "otlp.tls.crt", "The options of otlp.tls are: ca, cert, key."],
  [{ buckets: { waits: [] } }, "buckets.waits", "The options of buckets are: durationSeconds, waitSeconds."],
  [{ tasks: [{ task: "train", name: "" }] }, "tasks[0].name", "The options of tasks[0] are: task, queue."],
])("the unknown option in %j is refused with those there are", async (options, path, remedy) => {
  const refusal = await refused(options);
  expect(refusal.code).toBe("INVALID_OPTION");
  expect(refusal.message).toContain(`${path}: there is no such option. `);
  expect(refusal.message).toContain(remedy);
});

test.each([
  [null, "startTaskVitals(options): got null; expected an object of options."],
  ["redis://x", "startTaskVitals(options): got a string that looks like a URL; expected an object of options."],
  [{ serviceName: "" }, 'serviceName: got ""; expected a string that is not empty.'],
  [{ serviceName: 5 }, "serviceName: got 5; expected a string."],
  [{ resourceAttributes: { a: null } }, "resourceAttributes.a: got null; expected a string, number or boolean."],
  [{ redis: 6379 }, "redis: expected a redis:// URL or an ioredis client."],
  [{ brokers: { jobs: 1 } }, "brokers.jobs: expected a redis:// URL or an ioredis client."],
  [{ queues: "list:jobs" }, "queues: expected an array of queues."],
  [{ queues: ["list:a", 5] }, 'queues[1]: expected a string "<layout>:<name>" or an object.'],
  [{ tasks: "train" }, 'tasks: got "train"; expected an array of tasks.'],
  [{ tasks: ["train", ""] }, 'tasks[1]: got ""; expected a string that is not empty.'],
  [
    { tasks: [{ queue: "a" }] },
    "tasks[0].task: got undefined; expected a task name that is not empty, or { task, queue }.",
  ],
  [{ defaultQueue: "" }, 'defaultQueue: got ""; expected a string that is not empty.'],
  [{ concurrency: -1 }, "concurrency: got -1; expected a whole number from 0 to 1000000."],
  [{ concurrency: { jobs: 1.5 } }, "concurrency.jobs: got 1.5; expected a whole number from 0 to 1000000."],
  [{ endpoint: true }, "endpoint: expected false or an object."],
  [{ endpoint: 9464 }, "endpoint: expected false or an object."],
  [{ endpoint: { livePage: true } }, "endpoint.livePage: expected false or an object."],
  [
    { endpoint: { livePage: { thresholds: { values: { failureRatio: 5 } } } } },
    "endpoint.livePage.thresholds.values.failureRatio: got 5; expected a number from 0 to 1.",
  ],
  [
    { endpoint: { livePage: { thresholds: { disabled: ["TaskQueueStack"] } } } },
    'endpoint.livePage.thresholds.disabled[0]: got "TaskQueueStack"; expected the name of an alert.',
  ],
  [{ otlp: "http://collector" }, "otlp: expected true, false or an object."],
  [{ otlp: { intervalMs: 99 } }, "otlp.intervalMs: expected a whole number from 100 to 86400000."],
  [{ otlp: { timeoutMs: 0 } }, "otlp.timeoutMs: expected a whole number from 1 to 86400000."],
  [{ otlp: { headers: { a: 1 } } }, "otlp.headers.a: expected a string."],
  [{ readDeadlineMs: 9 }, "readDeadlineMs: got 9; expected a whole number from 10 to 10000."],
  [{ maxSeries: 100_001 }, "maxSeries: got 100001; expected a whole number from 1 to 100000."],
  [{ exposition: "openmetrics" }, 'exposition: got "openmetrics"; expected "incremental" or "standard".'],
  [{ hostVitals: "no" }, 'hostVitals: got "no"; expected true or false.'],
  [{ runtimeMetrics: 0 }, "runtimeMetrics: got 0; expected true or false."],
  [{ hostMetrics: "yes" }, 'hostMetrics: got "yes"; expected true or false.'],
  [{ meterProvider: {} }, "meterProvider: got an object; expected a MeterProvider."],
  [{ metricProducer: 1 }, "metricProducer: got 1; expected what createMetricProducer() returned."],
  [{ registerGlobal: 1 }, "registerGlobal: got 1; expected true or false."],
  [{ signals: "SIGTERM" }, 'signals: got "SIGTERM"; expected true or false.'],
  [{ logger: {} }, "logger: got an object; expected an object with warn(message)."],
  [{ environment: { REDIS_URL: 1 } }, "environment.REDIS_URL: expected a string."],
])("%j is refused by its path", async (options, message) => {
  expect(await refused(options)).toMatchObject({ code: "INVALID_OPTION", message });
});

test.each([
  { redis: 42, brokers: { "redis://:hunter2@redis": "" } },
  { brokers: { "redis://:hunter2@redis": "redis://redis" } },
  { brokers: { "hunter2@redis": 5 } },
  { otlp: { endpoint: "ftp://user:hunter2@collector" } },
  { otlp: { headers: { authorization: ["hunter2"] } } },
  { otlp: "http://user:hunter2@collector" },
  { queues: "redis://:hunter2@redis" },
  { endpoint: "http://user:hunter2@0.0.0.0" },
  { endpoint: { basicAuth: "user:hunter2" } },
  { environment: "REDIS_URL=redis://:hunter2@redis" },
])("a secret in a bad option does not show, case %#", async (options) => {
  expect((await refused(options)).message).not.toContain("hunter2");
});

test.each([
  [null, "livePage(options): expected an object of options."],
  [{ basicAuth: "user:hunter2" }, "livePage.basicAuth: expected an object with username and password."],
  [
    { path: "/" },
    "livePage.path: there is no such option. The options of livePage are: token, basicAuth, verifyBasicAuth, thresholds.",
  ],
  [
    { thresholds: { values: { stuckSeconds: "10m" } } },
    'livePage.thresholds.values.stuckSeconds: got "10m"; expected a number from 1 to 2592000.',
  ],
])("what livePage() is given is refused by its path: %j", async (options, message) => {
  const refusal = await refusalOf(() => checkLivePageOptions(options as LivePageOptions));
  expect(refusal).toMatchObject({ code: "INVALID_OPTION", message });
});
