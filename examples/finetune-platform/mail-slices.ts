import {
  type Example,
  listMails,
  type MailFile,
  mailFeatures,
  readMail,
  UndecodableMailError,
} from "taskvitals-example-spam-classifier";

/** The mails, cut once and for all: nothing that is learned from is ever judged with. */
export interface MailSlices {
  /** What the base model learns from. */
  readonly base: readonly MailFile[];
  /** What every model is judged with. */
  readonly heldOut: readonly MailFile[];
  /** What jobs learn from: `slice-00`, `slice-01`, …, of a hundred mails each, the last one of fewer. */
  readonly named: ReadonlyMap<string, readonly MailFile[]>;
}

const BASE_SIZE = 1_000;
const HELD_OUT_SIZE = 400;
const SLICE_SIZE = 100;

export async function cutMailSlices(): Promise<MailSlices> {
  const mails = await listMails();
  const named = new Map<string, readonly MailFile[]>();
  for (let start = BASE_SIZE + HELD_OUT_SIZE; start < mails.length; start += SLICE_SIZE) {
    named.set(`slice-${String(named.size).padStart(2, "0")}`, mails.slice(start, start + SLICE_SIZE));
  }
  return { base: mails.slice(0, BASE_SIZE), heldOut: mails.slice(BASE_SIZE, BASE_SIZE + HELD_OUT_SIZE), named };
}

/** Reads mails one after the other; those that cannot be decoded are left out. */
export async function readExamples(files: readonly MailFile[]): Promise<Example[]> {
  const examples: Example[] = [];
  for (const file of files) {
    try {
      const { text, spam } = await readMail(file);
      examples.push({ features: mailFeatures(text), spam });
    } catch (error) {
      if (!(error instanceof UndecodableMailError)) throw error;
    }
  }
  return examples;
}
