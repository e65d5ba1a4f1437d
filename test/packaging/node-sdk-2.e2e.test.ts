import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TempDirectory, tempDirectory } from "../services/index.ts";
import { type ConsumerProject, consumerProject } from "./consumer-project.ts";
import { packPublished, tarballsFor } from "./packed-packages.ts";

/** The last of the 2.x line. It allows `@opentelemetry/api` below 1.10 only, though it works with 1.10. */
const NODE_SDK = "@opentelemetry/sdk-node@0.223.0";

let directory: TempDirectory;
let project: ConsumerProject;

beforeAll(async () => {
  directory = tempDirectory("node-sdk-2");
  const packages = await packPublished(join(directory.path, "tarballs"));
  project = await consumerProject(join(directory.path, "application"));
  await project.install("--legacy-peer-deps", NODE_SDK, "@opentelemetry/exporter-prometheus@0.223.0");
  await project.install("--legacy-peer-deps", "@opentelemetry/api@1.10.0", "ioredis@6.0.0");
  await project.install("--legacy-peer-deps", ...tarballsFor("taskvitals", packages));
});

afterAll(() => directory.remove());

/** Runs a module that leaves what it found in `report`, beside a NodeSDK of the 2.x line that is already started. */
async function besideNodeSdk(lines: readonly string[]): Promise<Record<string, unknown>> {
  project.write(
    "application.mjs",
    [
      'import { metrics } from "@opentelemetry/api";',
      'import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";',
      'import { NodeSDK } from "@opentelemetry/sdk-node";',
      'import { createMetricProducer, startTaskVitals } from "taskvitals";',
      "const producer = createMetricProducer();",
      "const reader = new PrometheusExporter({ preventServerStart: true, metricProducers: [producer] });",
      "const sdk = new NodeSDK({ metricReaders: [reader], autoDetectResources: false, instrumentations: [] });",
      "sdk.start();",
      "const provider = metrics.getMeterProvider();",
      'metrics.getMeter("app").createCounter("app_orders_total").add(2);',
      "const theirs = async () => Object.fromEntries((await reader.collect()).resourceMetrics.scopeMetrics",
      "  .flatMap(({ metrics }) => metrics).map((one) => [one.descriptor.name, one.dataPoints.map(({ value }) => value)]));",
      "let report;",
      ...lines,
      "await sdk.shutdown();",
      "process.stdout.write(JSON.stringify(report));",
    ].join("\n"),
  );
  return JSON.parse(await project.run(process.execPath, "application.mjs")) as Record<string, unknown>;
}

describe("a NodeSDK of the 2.x line in the same process", () => {
  it("keeps its global provider and its metrics, and has none of ours", async () => {
    const report = await besideNodeSdk([
      'const vitals = await startTaskVitals({ endpoint: { host: "127.0.0.1", port: 0 }, environment: {} });',
      'vitals.tasks.record({ task: "train", outcome: "success", durationSeconds: 1 });',
      "const ours = await (await fetch(vitals.endpoint.url)).text();",
      "report = { same: metrics.getMeterProvider() === provider, ours, theirs: await theirs() };",
      "await vitals.shutdown();",
      "report.after = await theirs();",
    ]);
    expect(report.same).toBe(true);
    expect(report.ours).toContain('\ntask_success_total{queue="_UNKNOWN",task="train"} 1\n');
    expect(report.ours).not.toContain("app_orders");
    expect(report.theirs).toMatchObject({ app_orders_total: [2] });
    expect(Object.keys(report.theirs as object).filter((name) => /^(task|system_cpu_percent)/.test(name))).toEqual([]);
    expect(report.after).toMatchObject({ app_orders_total: [2] });
  });

  it("takes our counters and gauges as a meter provider of the caller's", async () => {
    const report = await besideNodeSdk([
      "const options = { meterProvider: provider.getDelegate?.() ?? provider, metricProducer: producer, environment: {} };",
      'const vitals = await startTaskVitals({ ...options, defaultQueue: "gpu", concurrency: 4 });',
      'vitals.tasks.record({ task: "train", outcome: "success", durationSeconds: 1 });',
      "report = await theirs();",
      "await vitals.shutdown();",
    ]);
    expect(report).toMatchObject({
      app_orders_total: [2],
      task_success_total: [1],
      task_failure_total: [0],
      task_active: [0],
      task_concurrency: [4],
    });
    expect(report.system_memory_usage_gigabytes).toEqual([expect.any(Number)]);
  });
});
