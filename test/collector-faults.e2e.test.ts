import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { contract } from "@taskvitals/core";
import { type OtlpOptions, startTaskVitals } from "taskvitals";
import { expect, onTestFinished, test } from "vitest";
import { type AppReport, type PushingApp, startPushingApp } from "./collector-faults/started-app.ts";
import { fetchPage } from "./metrics-page.ts";
import {
  type Collector,
  type CollectorOptions,
  createTestAuthority,
  freePort,
  type OtlpReceiver,
  startCollector,
  startOtlpReceiver,
  tempDirectory,
} from "./services/index.ts";

const { exportLost, sdkError, taskSuccess } = contract;
const doubled = { task: "double", queue: "numbers" };

async function collector(options: Partial<CollectorOptions> = {}): Promise<Collector> {
  const started = await startCollector({ configFiles: ["otel-collector.yaml"], ...options });
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

async function app(...args: Parameters<typeof startPushingApp>): Promise<PushingApp> {
  const started = await startPushingApp(...args);
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

const lost = async (one: PushingApp, reason: string): Promise<number> =>
  (await one.page()).value(exportLost.name, { reason }) ?? 0;

/** Waits until another three pushes failed for this reason. */
async function failing(one: PushingApp, reason: string): Promise<void> {
  const [points, pushes] = [await lost(one, reason), (await one.page()).value(sdkError.name, { operation: "export" })];
  await expect.poll(() => lost(one, reason)).toBeGreaterThan(points);
  await expect
    .poll(async () => (await one.page()).value(sdkError.name, { operation: "export" }))
    .toBeGreaterThan((pushes ?? 0) + 2);
}

function expectUndisturbed(report: AppReport): void {
  expect(report).toMatchObject({ wrong: 0, unhandled: 0 });
  expect(report.done).toBeGreaterThan(20);
  // A push that blocked would stop the loop for its 200 ms, each time.
  expect(report.loopDelayMs).toBeLessThan(180);
}

test("a Collector that is killed, started again, frozen and woken has the exact totals, and what was lost, at the next push", async () => {
  const receiver = await collector();
  const pushing = await app(receiver.otlpUrl);
  const shown = async (name: string, labels: Readonly<Record<string, string>>): Promise<number | undefined> =>
    (await fetchPage(receiver.metricsUrl)).value(name, labels);
  const again = async (): Promise<void> => {
    const before = (await shown(taskSuccess.name, doubled)) ?? 0;
    await expect.poll(() => shown(taskSuccess.name, doubled)).toBeGreaterThan(before);
  };
  await again();

  receiver.kill("SIGKILL");
  await failing(pushing, "unreachable");
  await receiver.restart();
  await again();
  receiver.kill("SIGSTOP");
  await failing(pushing, "timeout");
  receiver.kill("SIGCONT");
  await again();

  const report = await pushing.finish();
  expectUndisturbed(report);
  await expect.poll(() => shown(taskSuccess.name, doubled)).toBe(report.done);
  for (const reason of ["unreachable", "timeout", "refused", "rejected", "queue_full"]) {
    const missing = async (): Promise<number> =>
      (await lost(pushing, reason)) - ((await shown(exportLost.name, { reason })) ?? Number.NaN);
    await expect.poll(missing, { message: reason }).toBe(0);
  }
  const warnings = pushing.warnings();
  expect(warnings.filter((line) => line.includes("(ECONNREFUSED)"))).toHaveLength(1);
  expect(warnings.filter((line) => line.includes("(TIMEOUT)"))).toHaveLength(1);
  expect(warnings.filter((line) => line.includes("arrive again")).length).toBeGreaterThanOrEqual(2);
  // A connection that is cut when the Collector dies has a line of its own.
  expect(warnings.length).toBeLessThanOrEqual(8);
});

/** A Collector that passes on what it takes to `next`, and refuses once it holds two messages. */
async function refusingCollector(next: OtlpReceiver): Promise<Collector> {
  return collector({
    overrides: {
      exporters: {
        otlp_http: {
          endpoint: next.origin,
          timeout: "1s",
          sending_queue: { enabled: true, queue_size: 1, num_consumers: 1 },
          retry_on_failure: { initial_interval: "100ms", max_interval: "100ms" },
        },
      },
      // A batch processor would take everything and lose it behind the application's back.
      service: { pipelines: { metrics: { processors: ["memory_limiter"], exporters: ["otlp_http"] } } },
    },
  });
}

test("through a Collector whose queue is full totals arrive with the next push, and deltas are kept and all arrive once", async () => {
  const next = await startOtlpReceiver();
  onTestFinished(() => next.close());
  const receiver = await refusingCollector(next);
  await next.close();
  const totals = await app(receiver.otlpUrl, { OTEL_SERVICE_NAME: "totals" });
  const deltas = await app(receiver.otlpUrl, {
    OTEL_SERVICE_NAME: "deltas",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
    // What a busy machine answers too late would be lost.
    OTEL_METRIC_EXPORT_INTERVAL: "2000",
  });
  await failing(totals, "refused");
  const errors = async (): Promise<number> => (await deltas.page()).value(sdkError.name, { operation: "export" }) ?? 0;
  await expect.poll(errors).toBeGreaterThan(1);
  await next.reopen();

  const values = (service: string): number[] =>
    next.exports
      .filter(({ resource }) => resource["service.name"] === service)
      .flatMap(({ metrics }) => metrics.filter(({ name }) => name === taskSuccess.name))
      .flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const [total, delta] = await Promise.all([totals.finish(), deltas.finish()]);
  expectUndisturbed(total);
  expectUndisturbed(delta);
  await expect.poll(() => values("totals").at(-1)).toBe(total.done);
  await expect.poll(() => values("deltas").reduce((sum, value) => sum + value, 0)).toBe(delta.done);
  for (const reason of ["unreachable", "timeout", "refused", "rejected", "queue_full"]) {
    expect(await lost(deltas, reason), reason).toBe(0);
  }
  for (const { warnings } of [totals, deltas]) {
    expect(warnings().filter((line) => line.includes("(HTTP 503)"))).toHaveLength(1);
    expect(warnings().filter((line) => line.includes("arrive again"))).toHaveLength(1);
  }
});

const TOKEN = "t0ken-hunter2";

const grpcAt = (port: number): Pick<CollectorOptions, "overrides"> => ({
  overrides: { receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${port}` } } } } },
});

/** Pushes once; says what was warned of. */
async function pushOnce(otlp: OtlpOptions): Promise<string> {
  const warnings: string[] = [];
  const vitals = await startTaskVitals({
    serviceName: "pushes once",
    endpoint: false,
    runtimeMetrics: false,
    environment: {},
    logger: { warn: (message) => void warnings.push(message) },
    otlp: { intervalMs: 3_600_000, timeoutMs: 1500, headers: { authorization: `Bearer ${TOKEN}` }, ...otlp },
  });
  await vitals.flush();
  await vitals.shutdown();
  return warnings.join("\n");
}

test("a Collector that is short of memory refuses, and is said to be overloaded", async () => {
  const memory_limiter = { check_interval: "100ms", limit_mib: 2, spike_limit_mib: 1 };
  const { otlpUrl } = await collector({ overrides: { processors: { memory_limiter } } });
  await expect
    .poll(() => pushOnce({ endpoint: `${otlpUrl}/v1/metrics`, timeoutMs: 200 }))
    .toMatch(/\(HTTP 503\): the receiver, or what is behind it, is overloaded or away\./);
});

test("TLS and a token to the Collector: the right ones pass, each wrong one is said with what to do, and no credential is printed", async () => {
  using authority = await createTestAuthority();
  using stranger = await createTestAuthority();
  const { certFile, keyFile } = await authority.issue("localhost");
  const directory = tempDirectory("token");
  onTestFinished(directory.remove);
  const tokenFile = join(directory.path, "token");
  writeFileSync(tokenFile, TOKEN);
  const grpc = await freePort();
  const secure = await collector({
    configFiles: ["otel-collector.yaml", "otelcol/secure.yaml"],
    env: { OTLP_TOKEN_FILE: tokenFile, OTLP_CERT_FILE: certFile, OTLP_KEY_FILE: keyFile },
    ...grpcAt(grpc),
    secure: true,
  });
  const endpoint = `${secure.otlpUrl.replace("127.0.0.1", "localhost")}/v1/metrics`;
  const tls = { ca: authority.ca };
  expect(await pushOnce({ endpoint, tls, compression: "gzip" })).toBe("");
  await expect.poll(async () => (await fetchPage(secure.metricsUrl)).text).toContain('job="pushes once"');

  const plainGrpc = await freePort();
  const plain = await collector(grpcAt(plainGrpc));
  const mistakes: readonly (readonly [OtlpOptions, RegExp])[] = [
    [{ endpoint, tls, headers: { authorization: "Bearer wrong-hunter2" } }, /\(HTTP 401\).*OTEL_EXPORTER_OTLP_HEADERS/],
    [{ endpoint: endpoint.replace("//", "//user:hunter2@"), tls, headers: {} }, /\(HTTP 401\)/],
    [{ endpoint, tls: { ca: stranger.ca } }, /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\).*otlp\.tls\.ca/],
    [{ endpoint: endpoint.replace("localhost", "127.0.0.1"), tls }, /\(ERR_TLS_CERT_ALTNAME_INVALID\).*another host/],
    // The answer that says so may be cut off by the end of the connection.
    [{ endpoint: endpoint.replace("https:", "http:") }, /\((HTTP 400|ECONNRESET|EPIPE)\).*https:\/\//],
    [
      { endpoint: `${plain.otlpUrl.replace("http:", "https:")}/v1/metrics`, tls },
      /\((EPROTO|ERR_SSL_\w+)\).*http:\/\//,
    ],
    [{ endpoint: endpoint.replace("/v1/metrics", ""), tls }, /\(HTTP 404\).*\/v1\/metrics/],
    [{ endpoint: `http://127.0.0.1:${plainGrpc}/v1/metrics` }, /\((HPE_\w+|ECONNRESET)\).*4318/],
    [{ endpoint: `https://localhost:${grpc}/v1/metrics`, tls }, /4318/],
  ];
  const said = await Promise.all(mistakes.map(([otlp]) => pushOnce(otlp)));
  for (const [index, [, expected]] of mistakes.entries()) {
    expect(said[index]).toMatch(
      /^taskvitals: A push over OTLP failed .* The next push that arrives carries the totals\.$/,
    );
    expect(said[index]).toMatch(expected);
  }
  expect(said.join()).not.toContain("hunter2");
});
