import { errorType, type ProblemListener, SlotStoreError, type SlotWriter } from "@taskvitals/core";

/** What {@link SlotFlushes} needs. */
export interface SlotFlushesOptions {
  readonly writer: Pick<SlotWriter, "flush">;
  readonly intervalMs: number;
  readonly onProblem: ProblemListener;
}

/** Part of the interval by which flushes come sooner or later, so that processes that started together do not stay together. */
const JITTER = 0.1;
/** Part of the interval after which a flush that failed is tried again: a store that comes back is shown when everybody has written, soon after. */
const RETRY = 0.2;

/** Writes the slot of this process once per interval. Its timer never keeps the process alive. */
export class SlotFlushes {
  readonly #options: SlotFlushesOptions;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  /** Writes a first time within a fifth of the interval. */
  constructor(options: SlotFlushesOptions) {
    this.#options = options;
    this.#schedule(2 * JITTER * options.intervalMs * Math.random());
  }

  /** Writes now. Never rejects. */
  async flush(): Promise<void> {
    if (!this.#isEnded) await this.#write(false);
  }

  /** Writes a last time and says that this process has ended; nothing is written afterwards. Never rejects. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await this.#write(true);
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => void this.#turn(), ms).unref();
  }

  async #turn(): Promise<void> {
    const startedAt = performance.now();
    const isWritten = await this.#write(false);
    if (this.#isEnded) return;
    const { intervalMs } = this.#options;
    // From start to start: a store that is slow to answer must not make the process look quiet.
    const dueMs = intervalMs * (isWritten ? 1 - JITTER + 2 * JITTER * Math.random() : RETRY);
    this.#schedule(Math.max(intervalMs / 10, dueMs - (performance.now() - startedAt)));
  }

  async #write(isLast: boolean): Promise<boolean> {
    const { writer, onProblem } = this.#options;
    try {
      await writer.flush(isLast);
      return true;
    } catch (error) {
      onProblem("shared_totals", `What this process has counted could not be written; it will be. ${reasonOf(error)}`);
      return false;
    }
  }
}

/** Why a call of the store failed, free of credentials. */
export function reasonOf(error: unknown): string {
  return error instanceof SlotStoreError ? error.message : `(${errorType(error)})`;
}
