/** A task that runs now. */
export interface OpenRun {
  /** Monotonic time of its start, in seconds. */
  readonly startedAtSeconds: number;
}

/** What runs now in one queue. */
export interface QueueActivity {
  /** The `queue` label. */
  readonly queue: string;
  /** Tasks running now. */
  readonly active: number;
  /** Run time so far of the longest-running one, in seconds; 0 while none runs. */
  readonly oldestSeconds: number;
}

/**
 * The runs that are open, by queue. `active` is the size of a set, never a number that is added to and subtracted from, so that a
 * run that ends twice or never cannot make it drift.
 */
export class OpenRuns {
  readonly #byQueue = new Map<string, Set<OpenRun>>();

  /** Opens a run. */
  open(queue: string, run: OpenRun): void {
    const runs = this.#byQueue.get(queue);
    if (runs === undefined) this.#byQueue.set(queue, new Set([run]));
    else runs.add(run);
  }

  /** Closes a run; closing it again changes nothing. Returns whether it was open. */
  close(queue: string, run: OpenRun): boolean {
    const runs = this.#byQueue.get(queue);
    if (!runs?.delete(run)) return false;
    if (runs.size === 0) this.#byQueue.delete(queue);
    return true;
  }

  /** The activity of a queue at a monotonic time. */
  activity(queue: string, nowSeconds: number): QueueActivity {
    const runs = this.#byQueue.get(queue);
    // A set keeps the order of insertion and the clock never goes back: its first member has run longest.
    const oldest = runs?.values().next().value;
    return {
      queue,
      active: runs?.size ?? 0,
      oldestSeconds: oldest === undefined ? 0 : nowSeconds - oldest.startedAtSeconds,
    };
  }

  /** The queues in which something runs. */
  queues(): Iterable<string> {
    return this.#byQueue.keys();
  }

  /** Closes everything. */
  clear(): void {
    this.#byQueue.clear();
  }
}
