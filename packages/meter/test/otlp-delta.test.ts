import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

interface OtlpMetric {
  readonly name: string;
  readonly sum?: { readonly aggregationTemporality: number; readonly dataPoints: readonly OtlpPoint[] };
  readonly histogram?: { readonly aggregationTemporality: number; readonly dataPoints: readonly OtlpPoint[] };
}

interface OtlpPoint {
  readonly asDouble?: number;
  readonly count?: number;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

let server: Server;
let received: OtlpMetric[][];

beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString()) as {
      resourceMetrics: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
    };
    received.push(body.resourceMetrics.flatMap((it) => it.scopeMetrics.flatMap(({ metrics }) => metrics)));
    response.setHeader("content-type", "application/json").end("{}");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("pushing deltas over OTLP beside a scrape: each side has its own count, across removal and return", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta");
  const { provider, meter, samples } = meterUnderTest();
  const { port } = server.address() as AddressInfo;
  const exporter = new OTLPMetricExporter({ url: `http://127.0.0.1:${port}/v1/metrics` });
  const producer = provider.createProducer({
    selectTemporality: (kind) => exporter.selectAggregationTemporality(kind),
  });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 5000,
    metricProducers: [producer],
  });
  const standard = new MeterProvider({ readers: [reader] });
  const app = standard.getMeter("app").createCounter("app");
  const counter = meter.createCounter("ours_total");
  const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [1] } });
  const bound = counter.bind({ k: "a" });

  const pushed: unknown[] = [];
  const push = async (): Promise<void> => {
    await reader.forceFlush();
    const byName = new Map(received.at(-1)?.map((metric) => [metric.name, metric]));
    const value = (name: string): unknown => {
      const metric = byName.get(name);
      const data = metric?.sum ?? metric?.histogram;
      if (data === undefined) return undefined;
      return [data.aggregationTemporality, ...data.dataPoints.map(({ asDouble, count }) => asDouble ?? count)];
    };
    pushed.push([value("app"), value("ours_total"), value("h")]);
  };
  const DELTA = 1;

  app.add(10);
  bound.add(10);
  histogram.record(0.5);
  await push();
  expect(await samples()).toMatchObject({ 'ours_total{k="a"}': 10, "h_count{}": 1 });
  app.add(10);
  bound.add(10);
  histogram.record(0.5);
  histogram.record(2);
  await push();
  expect(await samples()).toMatchObject({ 'ours_total{k="a"}': 20, "h_count{}": 3 });
  bound.add(1);
  bound.remove();
  counter.add(3, { k: "a" });
  app.add(1);
  await push();
  expect(await samples()).toMatchObject({ 'ours_total{k="a"}': 3 });
  expect(pushed).toEqual([
    [
      [DELTA, 10],
      [DELTA, 10],
      [DELTA, 1],
    ],
    [
      [DELTA, 10],
      [DELTA, 10],
      [DELTA, 2],
    ],
    [
      [DELTA, 1],
      [DELTA, 1, 3],
      [DELTA, 0],
    ],
  ]);
  const starts = received.map((metrics) => metrics.find(({ name }) => name === "ours_total")?.sum?.dataPoints[0]);
  expect(BigInt(starts[1]?.startTimeUnixNano ?? 0)).toBe(BigInt(starts[0]?.timeUnixNano ?? 1));
  await standard.shutdown();
});
