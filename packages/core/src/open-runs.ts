/** A task that runs now: a link of its queue's chain. */
export interface OpenRun {
  /** Monotonic time of its start, in seconds. */
  readonly startedAtSeconds: number;
  /** The run that was opened before it and is still open. */
  previous: OpenRun | undefined;
  /** The run that was opened after it and is still open. */
  next: OpenRun | undefined;
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
 * The open runs of one queue, as a chain through the runs themselves: opening and closing one allocates nothing. How many there are
 * is counted when somebody asks, never added to and subtracted from, so that it cannot drift.
 */
export class OpenRuns {
  readonly queue: string;
  #first: OpenRun | undefined;
  #last: OpenRun | undefined;

  constructor(queue: string) {
    this.queue = queue;
  }

  /** Whether nothing runs. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Adds a run that is in no chain. */
  open(run: OpenRun): void {
    run.previous = this.#last;
    if (this.#last === undefined) this.#first = run;
    else this.#last.next = run;
    this.#last = run;
  }

  /** Takes out a run that is in this chain. */
  close(run: OpenRun): void {
    const { previous, next } = run;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    run.previous = undefined;
    run.next = undefined;
  }

  /** The activity at a monotonic time. */
  activity(nowSeconds: number): QueueActivity {
    let active = 0;
    for (let run = this.#first; run !== undefined; run = run.next) active += 1;
    // The clock never goes back: the first of the chain has run longest.
    const oldestSeconds = this.#first === undefined ? 0 : nowSeconds - this.#first.startedAtSeconds;
    return { queue: this.queue, active, oldestSeconds };
  }
}
