import { existsSync, renameSync } from "node:fs";
import { durableWrite } from "./durable-write.ts";
import { type FileLock, lockFile } from "./file-lock.ts";
import { codeOf, type KeptFile, lookAtFile, refusal } from "./kept-file.ts";

/** What {@link openTotalsFile} needs. */
export interface TotalsFileOptions {
  readonly file: string;
  /** Whether a text that was kept can be gone on from; one of ours that cannot is set aside. */
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

/** Why a file must not be used. */
export interface RefusedFile {
  /** What is there instead: `"taken"` while another process keeps its totals in it, else what is not ours. */
  readonly refused: string;
}

/**
 * Opens the file. Where it cannot be written to, that is a problem that is told, and tried anew; the totals are then not kept. What is not
 * ours is never touched.
 */
export async function openTotalsFile(options: TotalsFileOptions): Promise<TotalsFile | RefusedFile> {
  const found = lookAtFile(options.file, options.isReadable);
  if (found.kind === "foreign") return { refused: found.what };
  const opened = new LockedFile(options);
  return (await opened.open()) ? opened : { refused: "taken" };
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
    const found = lock === undefined ? this.#look() : undefined;
    if (found?.kind === "kept") this.kept = found.content;
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
      if (!this.#takeUp(this.#look())) {
        if (lock !== "unsupported") await lock.release();
        return undefined;
      }
      this.#lock = lock;
      return lock;
    } catch (error) {
      onProblem(refusal(file, error));
      return undefined;
    }
  }

  #look(): KeptFile {
    return lookAtFile(this.#options.file, this.#options.isReadable);
  }

  /** Goes on from what is there, or makes room; false where it must be left alone. */
  #takeUp(found: KeptFile): boolean {
    const { file, onProblem } = this.#options;
    if (found.kind === "unreadable") onProblem(found.why);
    else if (found.kind === "foreign")
      onProblem(`${file}: the totals are not kept: it is ${found.what}. Name another.`);
    if (found.kind === "unreadable" || found.kind === "foreign") return false;
    // Later than at the start it is too late to go on from what is there.
    if (found.kind === "kept" && this.#save === undefined) this.kept = found.content;
    else if (found.kind === "kept" && this.kept === undefined)
      this.#setAside("came when the exporter was counting already");
    else if (found.kind === "outdated") this.#setAside("holds no totals that this release can go on from");
    return true;
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
