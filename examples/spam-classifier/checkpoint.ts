import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { SpamClassifier } from "./spam-classifier.ts";

/** Writes what a classifier knows to a file; a reader sees the old file or the new one, never half of one. */
export async function saveCheckpoint(path: string, classifier: SpamClassifier): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, new Uint8Array(classifier.weights().buffer));
  await rename(draft, path);
}

/** The classifier saved at `path`, or undefined when there is none. */
export async function loadCheckpoint(path: string): Promise<SpamClassifier | undefined> {
  try {
    const bytes = await readFile(path);
    // Copied, because the buffer of a small file may start at any offset.
    return new SpamClassifier(new Float64Array(new Uint8Array(bytes).buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
