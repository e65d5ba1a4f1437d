import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, onTestFinished, test } from "vitest";
import { freePort, startRedis } from "../../../test/services/index.ts";
import { createMetricProducer } from "../src/index.ts";
import { ask } from "./endpoint/http-client.ts";
import { startVitals } from "./start-vitals.ts";

test("on standard readers a queue that was removed, and all queues of a Redis that is down, vanish", async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const producer = createMetricProducer();
  const port = await freePort();
  const pull = new PrometheusExporter({ host: "127.0.0.1", port, metricProducers: [producer] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const push = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    metricProducers: [producer],
  });
  const meterProvider = new MeterProvider({ readers: [pull, push] });
  onTestFinished(() => meterProvider.shutdown());
  const { vitals } = await startVitals({
    meterProvider,
    metricProducer: producer,
    redis: server.url,
    queues: ["list:a", "list:b"],
  });

  const scraped = async (): Promise<string[]> => {
    const { text } = await ask(`http://127.0.0.1:${port}/metrics`);
    return [...text.matchAll(/^task_queue_length\{queue="(\w+)"/gm)].map(([, queue]) => queue ?? "").sort();
  };
  const pushed = async (): Promise<unknown> => {
    exporter.reset();
    await push.forceFlush();
    const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    const lengths = all.filter(({ descriptor }) => descriptor.name === "task_queue_length");
    return lengths.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes.queue)).sort();
  };
  await expect.poll(scraped, { timeout: 20_000, interval: 1100 }).toEqual(["a", "b"]);
  expect(await pushed()).toEqual(["a", "b"]);

  vitals.queues.remove("a");
  expect(await scraped()).toEqual(["b"]);
  expect(await pushed()).toEqual(["b"]);

  await server.kill();
  await expect.poll(scraped, { timeout: 20_000, interval: 250 }).toEqual([]);
  expect(await pushed()).toEqual([]);

  await server.restart();
  await expect.poll(scraped, { timeout: 20_000, interval: 250 }).toEqual(["b"]);
  expect(await pushed()).toEqual(["b"]);
});
