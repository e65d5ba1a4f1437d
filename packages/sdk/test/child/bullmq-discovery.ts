import { createRequire } from "node:module";
import type { Worker as BullmqWorker } from "bullmq";
import { startTaskVitals } from "taskvitals";
import { discoverWorkers } from "../../src/discovery/worker-discovery.ts";
import { processor } from "./bullmq-processor.ts";

// Searches for workers in an application that does what TEST_SCENARIO says, and says what came of it.
const { TEST_SCENARIO = "", TEST_QUEUE = "jobs", TEST_REDIS_PORT } = process.env;
const connection = { host: "127.0.0.1", port: Number(TEST_REDIS_PORT) };
const options = { connection, autorun: false };
const warnings: string[] = [];
const search = (): ReturnType<typeof discoverWorkers> =>
  discoverWorkers({ warn: (message) => void warnings.push(message), expectedWithinMs: 200 });
const passed = (): Promise<unknown> => new Promise((done) => setTimeout(done, 600));

/** What of a worker shows that somebody observes it. */
function traces(worker: BullmqWorker): Record<string, unknown> {
  return { own: Object.hasOwn(worker, "processJob"), listeners: worker.listenerCount("completed") };
}

const scenarios: Record<string, () => Promise<unknown>> = {
  nothing: async () => {
    search();
    await passed();
  },
  loaded: async () => {
    search();
    await import("bullmq");
    await passed();
  },
  queue: async () => {
    search();
    const { Queue } = await import("bullmq");
    const queue = new Queue(TEST_QUEUE, { connection });
    await passed();
    await queue.close();
  },
  flow: async () => {
    search();
    const { FlowProducer } = await import("bullmq");
    const producer = new FlowProducer({ connection });
    await passed();
    await producer.close();
  },
  early: async () => {
    await import("bullmq");
    search();
    await passed();
  },
  "early, asked later": async () => {
    const require = createRequire(import.meta.url);
    const bullmq = require("bullmq") as typeof import("bullmq");
    const workers = search();
    const watched = bullmq.Worker;
    require("bullmq/dist/cjs/classes/worker.js");
    const worker = new bullmq.Worker(TEST_QUEUE, processor, options);
    await passed();
    const seen = { ...traces(worker), same: watched === bullmq.Worker };
    workers.stop();
    await worker.close();
    return seen;
  },
  "late handle": async () => {
    const workers = search();
    const { Worker } = await import("bullmq");
    const worker = new Worker(TEST_QUEUE, processor, { connection, concurrency: 3 });
    let left = Number(process.env.TEST_JOBS);
    await new Promise<void>((resolve) => {
      for (const event of ["completed", "failed"] as const) {
        worker.on(event, (job: { finishedOn?: number } | undefined) => {
          if (job?.finishedOn !== undefined && --left === 0) resolve();
        });
      }
    });
    await worker.pause();
    const vitals = await startTaskVitals({ endpoint: { port: 0 }, runtimeMetrics: false, environment: {} });
    workers.bind(vitals.tasks, vitals.events.onProblem);
    const page = await (await fetch(vitals.endpoint?.url ?? "")).text();
    workers.stop();
    await worker.close();
    await vitals.shutdown();
    return page;
  },
  "cannot be observed": async () => {
    const workers = search();
    const { Worker } = await import("bullmq");
    // A class of the application's that hides what BullMQ's workers have.
    class Hidden extends Worker {}
    Object.defineProperty(Hidden.prototype, "prependListener", { value: undefined });
    const created: BullmqWorker[] = [];
    const create = (): void => void created.push(new Hidden(TEST_QUEUE, processor, options));
    create();
    const vitals = await startTaskVitals({
      endpoint: { port: 0 },
      runtimeMetrics: false,
      environment: {},
      logger: { warn: () => {} },
    });
    workers.bind(vitals.tasks, vitals.events.onProblem);
    create();
    const page = await (await fetch(vitals.endpoint?.url ?? "")).text();
    workers.stop();
    await Promise.all([vitals.shutdown(), ...created.map((worker) => worker.close())]);
    return page;
  },
  stopped: async () => {
    const workers = search();
    const { Worker } = await import("bullmq");
    const found = new Worker(TEST_QUEUE, processor, options);
    const before = traces(found);
    workers.stop();
    workers.stop();
    const later = new Worker(TEST_QUEUE, processor, options);
    const result = { before, after: traces(found), later: traces(later) };
    await Promise.all([found.close(), later.close()]);
    return result;
  },
};

const result = await scenarios[TEST_SCENARIO]?.();
process.stdout.write(`${JSON.stringify({ warnings, result })}\n`);
