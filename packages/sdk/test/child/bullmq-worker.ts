import { fileURLToPath } from "node:url";
import { type Job, Worker } from "bullmq";
import { processor } from "./bullmq-processor.ts";

// A BullMQ worker that knows nothing of taskvitals, in the form that TEST_FORM says; ends on SIGTERM as its author wrote it.
const { TEST_FORM = "plain", TEST_QUEUE = "jobs", TEST_REDIS_PORT } = process.env;
const options = { connection: { host: "127.0.0.1", port: Number(TEST_REDIS_PORT) }, concurrency: 3 };

class TrainingWorker extends Worker {
  readonly handled: string[] = [];
  constructor(queue: string) {
    super(queue, (job: Job) => this.handle(job), options);
  }
  async handle(job: Job): Promise<void> {
    this.handled.push(job.id ?? "");
    await processor(job);
  }
}

function create(): Worker {
  if (TEST_FORM === "derived") return new TrainingWorker(TEST_QUEUE);
  if (TEST_FORM === "sandboxed" || TEST_FORM === "threads") {
    const file = fileURLToPath(new URL("./bullmq-sandbox.cjs", import.meta.url));
    return new Worker(TEST_QUEUE, file, { ...options, useWorkerThreads: TEST_FORM === "threads" });
  }
  return new Worker(TEST_QUEUE, processor, options);
}

async function main(): Promise<void> {
  const idle = setInterval(() => {}, 1000);
  if (TEST_FORM === "late") await new Promise((later) => setTimeout(later, 500));
  const worker = TEST_FORM === "none" ? undefined : create();
  process.once("SIGTERM", async () => {
    await worker?.close();
    clearInterval(idle);
  });
  process.stdout.write("working\n");
}

void main();
