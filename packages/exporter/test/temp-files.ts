import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempDirectory } from "../../../test/services/index.ts";

/** Writes files into a folder of the test's own. */
export interface TempFiles {
  readonly folder: string;
  /** Writes a file, anew if it is there; answers with its absolute name. */
  write(name: string, text: string): string;
}

/** Makes the folder; it is deleted when the test ends. */
export function tempFiles(): TempFiles {
  const directory = tempDirectory("exporter");
  onTestFinished(() => directory.remove());
  return {
    folder: directory.path,
    write(name, text) {
      const path = join(directory.path, name);
      writeFileSync(path, text);
      return path;
    },
  };
}
