import { readFileSync } from "node:fs";
import { misconfigured } from "../configuration/misconfigured.ts";

/** Files whose content may change while the exporter runs, as mounted secrets and certificates do. */
export interface SecretFiles extends Disposable {
  /**
   * Reads a file and remembers it for {@link onChange}.
   *
   * @param where - the flag, variable or key that names the file
   * @throws TaskVitalsError `INVALID_OPTION` when it cannot be read or is empty; its content is never shown
   */
  read(file: string, where: string): string;
  /** Calls back when any file that was read since is found to be different. */
  onChange(listener: () => void): void;
}

/** Time between two looks at the files, in milliseconds. */
const INTERVAL_MS = 1000;

/**
 * Reads files, and looks at them again once a second. They are read and not watched: what Kubernetes mounts is replaced by a rename of a folder
 * two links away, of which watching a file does not tell.
 */
export function watchSecretFiles(): SecretFiles {
  const known = new Map<string, string | undefined>();
  const listeners = new Set<() => void>();
  const look = (): void => {
    let changed = false;
    for (const [file, before] of known) {
      const now = contentOf(file);
      // A file that is gone for a moment, while it is replaced, is no change.
      if (typeof now !== "string" || now === before) continue;
      known.set(file, now);
      changed = true;
    }
    if (changed) for (const listener of listeners) listener();
  };
  const timer = setInterval(look, INTERVAL_MS).unref();
  return {
    read(file, where) {
      const content = contentOf(file);
      if (typeof content !== "string") {
        throw misconfigured({ where, got: file, expected: `a file that can be read (${content.code})` });
      }
      known.set(file, content);
      if (content.trim() === "") throw misconfigured({ where, got: file, expected: "a file that is not empty" });
      return content;
    },
    onChange: (listener) => void listeners.add(listener),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function contentOf(file: string): string | { readonly code: string } {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? "unknown reason" };
  }
}
