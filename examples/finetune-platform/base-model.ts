import { loadCheckpoint, SpamClassifier, saveCheckpoint } from "taskvitals-example-spam-classifier";
import { learnOnce } from "./fine-tune.ts";
import { type MailSlices, readExamples } from "./mail-slices.ts";

/**
 * The base model that jobs start from: read from its checkpoint, or trained and saved when there is none. Training is
 * deterministic, so it does not matter which of several starting workers writes the file.
 */
export async function openBaseModel(checkpointFile: string, { base }: MailSlices): Promise<SpamClassifier> {
  const saved = await loadCheckpoint(checkpointFile);
  if (saved !== undefined) return saved;
  const classifier = new SpamClassifier();
  learnOnce(classifier, await readExamples(base));
  await saveCheckpoint(checkpointFile, classifier);
  return classifier;
}
