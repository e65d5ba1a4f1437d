import { existsSync, readFileSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { durableWrite } from "./durable-write.ts";
import { type FileLock, lockFile } from "./file-lock.ts";

/** What {@link openTotalsFile} needs. */
export interface TotalsFileOptions {
  readonly file: string;
  /** Whether a text that was kept can be gone on from; one that cannot is set aside. */
  readonly isReadable: (kept: string) => boolean;
  /** Told of what cannot be read or written, in words; called again for the same cause. */
  readonly onProblem: (message: string) => void;
}

/** A file in which the totals are kept, by this process alone. */
export interface TotalsFile {
  /** What an earlier process kept; `undefined` where there is nothing to go on from. */
  readonly kept: string | undefined;
  /** Keeps what `save` says, now and every few seconds when it has changed. */
  keep(save: () => string): void;
  /** Keeps a last time, and lets others have the file. Never rejects. */
  shutdown(): Promise<void>;
}

/** Time between two keepings, in milliseconds: what is lost at most when the process is killed. */
const INTERVAL_MS = 2500;

/**
 * Opens the file. Where it cannot be written to, that is a problem that is told, and tried anew; the totals are then not kept.
 *
 * @returns `"taken"` while another process keeps its totals in it
 */
export async function openTotalsFile(options: TotalsFileOptions): Promise<TotalsFile | "taken"> {
  const opened = new LockedFile(options);
  return (await opened.open()) ? opened : "taken";
}

class LockedFile implements TotalsFile {
  kept: string | undefined;
  readonly #options: TotalsFileOptions;
  #lock: FileLock | "unsupported" | undefined;
  #save: (() => string) | undefined;
  #written: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: TotalsFileOptions) {
    this.#options = options;
  }

  /** Answers whether the file is not another's. */
  async open(): Promise<boolean> {
    const lock = await this.#take();
    if (lock === "taken") return false;
    // What is there while nothing can be written is gone on from as well.
    if (lock === undefined) this.kept = this.#read();
    return true;
  }

  keep(save: () => string): void {
    this.#save = save;
    this.#timer = setInterval(() => void this.#step(), INTERVAL_MS).unref();
    void this.#step();
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return this.#turn;
    clearInterval(this.#timer);
    await this.#step();
    this.#closed = true;
    if (typeof this.#lock === "object") await this.#lock.release().catch(() => {});
  }

  /** One at a time. */
  #step(): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#write())
      .catch((error: unknown) => this.#options.onProblem(refusal(this.#options.file, error)));
    return this.#turn;
  }

  async #write(): Promise<void> {
    const { file, onProblem } = this.#options;
    if (this.#closed || this.#save === undefined) return;
    if (this.#lock === undefined && (await this.#take()) === "taken") {
      onProblem(`${file}: ${TAKEN}`);
      return;
    }
    if (this.#lock === undefined) return;
    if (typeof this.#lock === "object" && !this.#lock.isHeld) {
      onProblem(`${file}: its lock was taken away, so another exporter may use it. Give each a file of its own.`);
      return;
    }
    const content = this.#save();
    if (content === this.#written) return;
    await durableWrite(file, content);
    this.#written = content;
  }

  /** Takes the lock, and what is in the file with it; `undefined` where that is not possible now. */
  async #take(): Promise<FileLock | "unsupported" | "taken" | undefined> {
    const { file, onProblem } = this.#options;
    try {
      const lock = await lockFile(file);
      if (lock === "taken") return lock;
      if (lock === "unsupported") {
        onProblem(`${file}: its folder holds no locks. See that no second exporter uses it.`);
      }
      this.#lock = lock;
      // Later than at the start it is too late to go on from what is there.
      if (this.#save === undefined) this.kept = this.#read();
      else if (this.kept === undefined) this.#setAside("came when the exporter was counting already");
      return lock;
    } catch (error) {
      onProblem(refusal(file, error));
      return undefined;
    }
  }

  #read(): string | undefined {
    const { file, isReadable } = this.#options;
    let content: string;
    try {
      content = readFileSync(file, "utf8");
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#setAside(`cannot be read (${codeOf(error)})`);
      return undefined;
    }
    if (isReadable(content)) return content;
    this.#setAside("holds no totals of this exporter");
    return undefined;
  }

  /** Nothing is overwritten that was not gone on from. */
  #setAside(why: string): void {
    const { file, onProblem } = this.#options;
    let number = 1;
    while (existsSync(`${file}.unused-${number}`)) number += 1;
    const aside = `${file}.unused-${number}`;
    try {
      renameSync(file, aside);
      onProblem(`${file}: what is there ${why}. It is kept as ${aside}, and the totals begin at 0.`);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") onProblem(refusal(file, error));
    }
  }
}

/** Why two must not have one file. */
const TAKEN = "another exporter keeps its totals there. Give each a file of its own, or use --lease.";

const REASONS: Readonly<Record<string, string>> = {
  EROFS: "its folder is read-only. Mount it for writing",
  EACCES: "this user may not write there. Let it write to the folder, where a new file takes the place of the old",
  EPERM: "this user may not write there. Let it write to the folder, where a new file takes the place of the old",
  ENOSPC: "the disk is full. Make room",
  EDQUOT: "the disk is full for this user. Make room",
  EBUSY: "the file itself is mounted. Mount its folder, where a new file takes the place of the old",
  EISDIR: "it is a folder. Name a file in it",
};

function refusal(file: string, error: unknown): string {
  const code = codeOf(error);
  const reason =
    REASONS[code] ??
    (code === "ENOENT" || code === "ENOTDIR"
      ? `there is no folder ${dirname(file)}. Make it`
      : `it cannot be written (${code}). Name another`);
  return `${file}: the totals are not kept: ${reason}.`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
