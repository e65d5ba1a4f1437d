// A worker process as an application writes it: BullMQ 5 or 6, observed, with a metrics endpoint, ended by SIGTERM.
import { setTimeout as pause } from "node:timers/promises";
import { observeWorker } from "@taskvitals/bullmq";
import type { Job, Worker } from "bullmq";
import { startTaskVitals } from "taskvitals";
import type { PlannedWork } from "./binder-plan.ts";

type Bullmq = typeof import("bullmq");

const { REDIS_PORT, QUEUE = "", WORKER_NAME = "", MAJOR, LOCK_MS = "30000" } = process.env;
const { Worker: BullmqWorker, UnrecoverableError } =
  MAJOR === "5" ? ((await import("bullmq-5")) as unknown as Bullmq) : await import("bullmq");

class QuotaError extends Error {
  override readonly name = "QuotaError";
}

async function work({ data, attemptsMade }: Job<PlannedWork>): Promise<string> {
  await pause(data.runMs);
  if (attemptsMade >= data.failures) return "done";
  if (data.hopeless) throw new UnrecoverableError("no use");
  throw new QuotaError("not yet");
}

const vitals = await startTaskVitals({ serviceName: "binder", runtimeMetrics: false });
const worker: Worker<PlannedWork> = new BullmqWorker(QUEUE, work, {
  connection: { host: "127.0.0.1", port: Number(REDIS_PORT), maxRetriesPerRequest: null },
  concurrency: 10,
  name: WORKER_NAME,
  lockDuration: Number(LOCK_MS),
  stalledInterval: Number(LOCK_MS),
  maxStalledCount: 10,
});
observeWorker(worker, vitals.tasks);

// A pipe is written to at once: what is said here survives SIGKILL.
const say = (job: Job | undefined, outcome: string): void =>
  console.log(JSON.stringify({ id: job?.id, task: job?.name, outcome, at: Date.now() }));
worker.on("completed", (job) => say(job, "success"));
worker.on("failed", (job) => say(job, job?.finishedOn === undefined ? "retry" : "failure"));
worker.on("error", (error) => console.error(error.message));
worker.once("ready", () => console.log(`Metrics at ${vitals.endpoint?.url}`));

process.once("SIGTERM", async () => {
  await worker.close();
  await vitals.shutdown();
});
