import { type Example, listMails, type MailFile, mailFeatures, readMail } from "taskvitals-example-spam-classifier";

/** The mails of one task. */
export type MailBatch = readonly MailFile[];

const BATCH_SIZE = 4;

/** Cuts the corpus into batches of four mails: every fifth one to evaluate with, the others to train on. */
export async function listBatches(): Promise<{ training: MailBatch[]; evaluation: MailBatch[] }> {
  const mails = await listMails();
  const batches = Array.from({ length: Math.ceil(mails.length / BATCH_SIZE) }, (_, index) =>
    mails.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  const isForEvaluation = (index: number): boolean => index % 5 === 4;
  return {
    training: batches.filter((_, index) => !isForEvaluation(index)),
    evaluation: batches.filter((_, index) => isForEvaluation(index)),
  };
}

/** @throws UndecodableMailError when one of its mails cannot be decoded cleanly. */
export async function readBatch(batch: MailBatch): Promise<Example[]> {
  const mails = await Promise.all(batch.map(readMail));
  return mails.map(({ text, spam }) => ({ features: mailFeatures(text), spam }));
}
