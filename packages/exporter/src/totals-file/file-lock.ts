import { once } from "node:events";
import { lstatSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { basename, dirname, join } from "node:path";
import { FolderPath } from "./folder-path.ts";

/** A file that this process alone may write, until it ends. */
export interface FileLock {
  /** Whether it is still ours: nobody took the lock away. */
  readonly isHeld: boolean;
  /** Gives it back. Never rejects. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a file: a socket beside it that this process listens on. Unlike a file with a process id in it, that is over with the process, however it
 * ends, and says the same in another container that has the folder mounted.
 *
 * @returns the lock; `"taken"` while another process has it, `"unsupported"` where the folder cannot hold a socket
 * @throws the error of the file system where the folder cannot be written to
 */
export async function lockFile(file: string): Promise<FileLock | "taken" | "unsupported"> {
  using folder = FolderPath.open(dirname(file));
  const name = `${basename(file)}.lock`;
  // Once more after a lock that a process left behind.
  for (let attempt = 0; attempt < 2; attempt++) {
    const server = await listen(folder.of(name));
    if (typeof server !== "string") return new SocketLock(server, join(dirname(file), name));
    if (server === "unsupported" || (await isListenedTo(folder.of(name)))) return server;
    rmSync(join(dirname(file), name), { force: true });
  }
  return "taken";
}

/** What a folder that can hold no sockets says. */
const UNSUPPORTED: readonly string[] = ["EOPNOTSUPP", "ENOTSUP", "EPERM", "EINVAL", "ENOSYS", "ENAMETOOLONG"];

async function listen(path: string): Promise<Server | "taken" | "unsupported"> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(path);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "EADDRINUSE") return "taken";
    if (UNSUPPORTED.includes(code)) return "unsupported";
    throw error;
  }
}

async function isListenedTo(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    // Whoever may not ask cannot know that nobody is there.
    return !["ECONNREFUSED", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
  } finally {
    socket.destroy();
  }
}

class SocketLock implements FileLock {
  readonly #server: Server;
  readonly #path: string;
  readonly #inode: bigint | undefined;

  constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
    this.#inode = inodeOf(path);
  }

  get isHeld(): boolean {
    return this.#inode !== undefined && inodeOf(this.#path) === this.#inode;
  }

  async release(): Promise<void> {
    // What stands there by now may be another's, and to close the server would remove it. The end of the process does not.
    if (!this.isHeld) return;
    rmSync(this.#path, { force: true });
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
