import { once } from "node:events";
import { startTaskVitals } from "taskvitals";
import { SpamClassifier } from "taskvitals-example-spam-classifier";
import { InProcessQueue } from "./in-process-queue.ts";
import { listBatches, type MailBatch, readBatch } from "./mail-batches.ts";
import { stopSignal } from "./stop-signal.ts";
import { printProgress, printResult, printWhereToLook } from "./terminal.ts";

const vitals = await startTaskVitals({ serviceName: "quickstart", defaultQueue: "mails", concurrency: 4 });

// A task is a function of yours, wrapped: same arguments, same result, same errors, now counted and timed.
const classifier = new SpamClassifier();
const train = vitals.tasks.wrap("train_batch", async (batch: MailBatch) => {
  classifier.learn(await readBatch(batch));
});
const score = { right: 0, judged: 0 };
const evaluate = vitals.tasks.wrap("evaluate_batch", async (batch: MailBatch) => {
  for (const { features, spam } of await readBatch(batch)) {
    score.judged += 1;
    if (classifier.isSpam(features) === spam) score.right += 1;
  }
});

// What the application measures itself goes on the same page.
const queue = new InProcessQueue({ workers: 4 });
vitals.meterProvider
  .getMeter("quickstart")
  .createObservableGauge("mail_batches_waiting", { description: "Batches that no worker has taken yet" })
  .addCallback((result) => result.observe(queue.waiting));

const stop = stopSignal();
printWhereToLook(vitals.endpoint);
const { training, evaluation } = await listBatches();
const progress = printProgress(queue, training.length + evaluation.length);
await queue.run(training, train, stop);
await queue.run(evaluation, evaluate, stop);
progress.end();

// The numbers stay up until Ctrl-C.
if (!stop.aborted) {
  printResult(score);
  await once(stop, "abort");
}
await vitals.shutdown();
console.log("Stopped.");
