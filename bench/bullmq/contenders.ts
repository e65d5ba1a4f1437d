import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Job, Worker, WorkerOptions } from "bullmq";

/** What a BullMQ worker runs, and what watches it. */
export interface WatchedWorker {
  readonly processor: (job: Job) => Promise<void>;
  readonly telemetry?: NonNullable<WorkerOptions["telemetry"]>;
  /** Told of the worker before its first job. */
  readonly observe?: (worker: Worker) => void;
  /** Where `/metrics` listens on loopback. */
  readonly port?: number;
  stop(): Promise<void>;
}

/** Ways to run one worker. The first comes twice: what its twin seems to add is noise. */
export const CONTENDER_NAMES = [
  "uninstrumented",
  "ours",
  "ours_observed",
  "bullmq_otel",
  "uninstrumented_again",
] as const;

/** One of the ways to run a worker. */
export type ContenderName = (typeof CONTENDER_NAMES)[number];

/** Libraries are loaded by the contender that uses them: an uninstrumented worker has none in its heap. */
export const CONTENDERS: Record<ContenderName, (redisUrl: string, queue: string) => Promise<WatchedWorker>> = {
  uninstrumented: async () => ({ processor: noop, stop: async () => {} }),
  uninstrumented_again: async () => ({ processor: noop, stop: async () => {} }),

  async ours(redis, queue) {
    const { startTaskVitals } = await import("taskvitals");
    const vitals = await startTaskVitals({
      serviceName: "bench",
      redis,
      queues: [`bullmq:${queue}`],
      endpoint: { host: "127.0.0.1", port: 0 },
      environment: {},
    });
    return {
      processor: vitals.tasks.wrap("noop", noop),
      ...(vitals.endpoint && { port: vitals.endpoint.port }),
      stop: () => vitals.shutdown(),
    };
  },

  async ours_observed(redis, queue) {
    const { startTaskVitals } = await import("taskvitals");
    const { observeWorker } = await import("@taskvitals/bullmq");
    const vitals = await startTaskVitals({
      serviceName: "bench",
      redis,
      queues: [`bullmq:${queue}`],
      endpoint: { host: "127.0.0.1", port: 0 },
      environment: {},
    });
    return {
      processor: noop,
      observe: (worker) => void observeWorker(worker, vitals.tasks),
      ...(vitals.endpoint && { port: vitals.endpoint.port }),
      stop: () => vitals.shutdown(),
    };
  },

  async bullmq_otel() {
    const { metrics } = await import("@opentelemetry/api");
    const { MeterProvider } = await import("@opentelemetry/sdk-metrics");
    const { PrometheusExporter } = await import("@opentelemetry/exporter-prometheus");
    const { BullMQOtel } = await import("bullmq-otel");
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const provider = new MeterProvider({ readers: [exporter] });
    // It takes its meter from the global provider while it is constructed.
    metrics.setGlobalMeterProvider(provider);
    const telemetry = new BullMQOtel({ tracerName: "bench", meterName: "bench", enableMetrics: true });
    const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
    await once(server.listen(0, "127.0.0.1"), "listening");
    return {
      processor: noop,
      telemetry,
      port: (server.address() as AddressInfo).port,
      async stop() {
        server.close();
        server.closeAllConnections();
        await provider.shutdown();
      },
    };
  },
};

async function noop(): Promise<void> {}
