import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of its own under the system's temporary one. */
export interface TempDirectory {
  readonly path: string;
  /** Deletes it with everything in it. Idempotent. */
  remove(): void;
}

const open = new Set<string>();

/** Makes an empty directory that is deleted by {@link TempDirectory.remove}, or when this process exits. */
export function tempDirectory(prefix: string): TempDirectory {
  if (open.size === 0) process.on("exit", removeAll);
  const path = mkdtempSync(join(tmpdir(), `taskvitals-${prefix}-`));
  open.add(path);
  return { path, remove: () => remove(path) };
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  open.delete(path);
  if (open.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const path of open) remove(path);
}
