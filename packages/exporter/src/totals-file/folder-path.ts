import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

/** The longest path of a socket; the kernel cuts what is longer (`unix(7)`: 108 bytes with the last 0; fewer elsewhere). */
const MAX_BYTES = 100;

/** Names files in a folder by paths that are short enough for sockets, however deep the folder is. */
export class FolderPath implements Disposable {
  readonly #folder: string;
  readonly #descriptor: number;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#descriptor = openSync(folder, "r");
  }

  /**
   * Opens a folder.
   *
   * @throws the error of the file system where it cannot be read
   */
  static open(folder: string): FolderPath {
    return new FolderPath(folder);
  }

  /** A path of a file in it, good until it is disposed of. */
  of(name: string): string {
    const path = join(this.#folder, name);
    if (Buffer.byteLength(path) <= MAX_BYTES || process.platform !== "linux") return path;
    return `/proc/self/fd/${this.#descriptor}/${name}`;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
