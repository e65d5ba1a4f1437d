// A worker process as an application writes it: workers of several queues, observed, with a metrics endpoint.
import { setTimeout as pause } from "node:timers/promises";
import { observeWorker } from "@taskvitals/bullmq";
import { type Job, Worker } from "bullmq";
import { startTaskVitals } from "taskvitals";
import type { StagedJob, WorkerPlan } from "./staged-job.ts";

const { PLANS = "[]", REDIS_PORT } = process.env;
const plans = JSON.parse(PLANS) as readonly WorkerPlan[];

async function work({ data, name }: Job<StagedJob>): Promise<void> {
  if (name === "endless") await new Promise(() => {});
  await pause(data.runMs);
  if (name === "poisoned") throw new TypeError("no such customer");
}

const vitals = await startTaskVitals({ serviceName: "staging-worker", runtimeMetrics: false, hostVitals: false });
const workers = plans.map(({ concurrency, queue }) => {
  const worker = new Worker<StagedJob>(queue, work, {
    connection: { host: "127.0.0.1", port: Number(REDIS_PORT), maxRetriesPerRequest: null },
    concurrency,
    removeOnComplete: { count: 100 },
    removeOnFail: { count: 100 },
  });
  observeWorker(worker, vitals.tasks);
  worker.on("error", (error) => console.error(error.message));
  return worker;
});
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
console.log(`Metrics at ${vitals.endpoint?.url}`);
