import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file so that at every moment, and after a loss of power, either the old content or the new one is there, whole. For its owner alone.
 *
 * @throws the error of the file system; the file is then as it was
 */
export async function durableWrite(file: string, content: string): Promise<void> {
  const next = `${file}.next`;
  // Of a process that was killed; and never through a link that somebody put there.
  await rm(next, { force: true });
  const handle = await open(next, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
  // The new name is in the folder, which has a place on the disk of its own.
  const folder = await open(dirname(file), "r");
  try {
    await folder.sync();
  } catch {
    // Not every file system can, and the content is safe.
  } finally {
    await folder.close();
  }
}
