import { observeWorker } from "@taskvitals/bullmq";
import { type Job, Worker } from "bullmq";
import { startTaskVitals } from "taskvitals";
import { openBaseModel } from "./base-model.ts";
import { createFineTuning, type FineTuneResult } from "./fine-tune.ts";
import { cutMailSlices, readExamples } from "./mail-slices.ts";
import { openMlflowLog } from "./mlflow-log.ts";
import { readSettings } from "./settings.ts";
import { stopSignal } from "./stop-signal.ts";
import { TRAIN_QUEUE, TRAIN_TASK } from "./train-queue.ts";
import type { TrainRequest } from "./train-request.ts";
import { runTraining } from "./training.ts";

const { redisUrl, concurrency, checkpointFile, mlflow } = readSettings(process.env);
const stopped = stopSignal();

// Its endpoint is where OTEL_EXPORTER_PROMETHEUS_HOST and _PORT say. Tasks that are named here exist at 0 before the first one.
const vitals = await startTaskVitals({
  serviceName: "finetune-worker",
  defaultQueue: TRAIN_QUEUE,
  tasks: [TRAIN_TASK],
});

const slices = await cutMailSlices();
const base = await openBaseModel(checkpointFile, slices);
const fineTune = createFineTuning(base, slices, await readExamples(slices.heldOut));

const mlflowLog = mlflow && openMlflowLog(mlflow, redisUrl, vitals.meterProvider.getMeter("finetune-worker"));

async function runJob({ id = "", data }: Job<TrainRequest>): Promise<FineTuneResult> {
  return runTraining(id, data, fineTune, (training, seconds) => {
    const outcome = training.result === undefined ? "failure" : "success";
    console.log(JSON.stringify({ job: id, outcome, seconds }));
    mlflowLog?.add(training);
  });
}
const worker = new Worker(TRAIN_QUEUE, runJob, { connection: { url: redisUrl }, concurrency });
observeWorker(worker, vitals.tasks);
worker.on("error", (error) => console.error(`Redis: ${error.message || error.name}`));
worker.once("ready", () => console.log(`Worker ready; metrics at ${vitals.endpoint?.url}`));

console.log(`${await stopped}: finishing the job at hand`);
await worker.close();
await mlflowLog?.close();
await vitals.shutdown();
