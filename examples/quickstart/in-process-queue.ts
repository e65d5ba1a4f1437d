/** A queue in the memory of this process, with workers that take from it in order. */
export class InProcessQueue {
  /** Tasks of the current run that no worker has taken yet. */
  waiting = 0;
  /** Tasks that ended, in success or failure, since the queue was made. */
  succeeded = 0;
  failed = 0;
  readonly #workers: number;

  constructor({ workers }: { readonly workers: number }) {
    this.#workers = workers;
  }

  /**
   * Runs `task` for each input. A task that fails is counted and the next one begins, as in any task queue. Resolves when
   * all have ended; once `signal` aborts, when those that had begun have ended.
   */
  async run<T>(inputs: readonly T[], task: (input: T) => Promise<void>, signal: AbortSignal): Promise<void> {
    const rest = inputs.values();
    this.waiting = inputs.length;
    const work = async (): Promise<void> => {
      while (!signal.aborted) {
        const next = rest.next();
        if (next.done) return;
        this.waiting -= 1;
        await task(next.value).then(
          () => (this.succeeded += 1),
          () => (this.failed += 1),
        );
      }
    };
    await Promise.all(Array.from({ length: this.#workers }, work));
  }
}
