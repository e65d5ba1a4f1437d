import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { type Example, SpamClassifier } from "taskvitals-example-spam-classifier";
import { type MailSlices, readExamples } from "./mail-slices.ts";
import type { TrainRequest } from "./train-request.ts";

/** What a job has to say when it succeeds. */
export interface FineTuneResult {
  /** Mails learned from, each `epochs` times. */
  readonly learnedFrom: number;
  /** Mean loss of the last epoch. */
  readonly loss: number;
  /** Share of the held-out mails told right by the base model. */
  readonly accuracyBefore: number;
  /** The same by the fine-tuned model. */
  readonly accuracyAfter: number;
}

/** A job asks for mails that are not there. */
export class MissingSliceError extends Error {
  override readonly name = "MissingSliceError";
}

const BATCH_SIZE = 4;

/** The job of a worker; `onEpoch` is told the mean loss of each epoch when it ends. */
export type FineTuning = (request: TrainRequest, onEpoch?: (loss: number) => void) => Promise<FineTuneResult>;

/** Makes the job of a worker: from the base model, learn one slice, judge with the held-out mails. */
export function createFineTuning(base: SpamClassifier, slices: MailSlices, heldOut: readonly Example[]): FineTuning {
  return async ({ slice, learningRate, epochs }, onEpoch) => {
    const files = slices.named.get(slice);
    if (files === undefined) throw new MissingSliceError(`There is no ${slice}; ${slices.named.size} slices exist`);
    const examples = await readExamples(files);
    const classifier = new SpamClassifier(base.weights());
    let loss = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      // Lock renewals and scrapes must not wait for a whole training.
      await turnOfTheLoop();
      loss = learnOnce(classifier, examples, learningRate);
      onEpoch?.(loss);
    }
    return {
      learnedFrom: examples.length,
      loss,
      accuracyBefore: base.accuracy(heldOut),
      accuracyAfter: classifier.accuracy(heldOut),
    };
  };
}

/** Goes through the examples once and returns their mean loss. */
export function learnOnce(classifier: SpamClassifier, examples: readonly Example[], learningRate?: number): number {
  let loss = 0;
  for (let start = 0; start < examples.length; start += BATCH_SIZE) {
    const batch = examples.slice(start, start + BATCH_SIZE);
    loss += classifier.learn(batch, learningRate === undefined ? {} : { learningRate }) * batch.length;
  }
  return loss / examples.length;
}
