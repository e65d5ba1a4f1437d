import type { LiveChange, LiveState, QueueRow, TaskRow } from "../src/live-state.ts";

/** The newest state, put together from the first one and the changes since. */
export class StateStore {
  #state: LiveState | undefined;
  #atReceived = 0;
  #heardAt: number | undefined;
  readonly #elapsed: () => number;
  readonly #now: () => number;

  /**
   * @param elapsed - a clock in milliseconds that is never set back
   * @param now - Unix time in milliseconds
   */
  constructor(elapsed: () => number, now: () => number) {
    this.#elapsed = elapsed;
    this.#now = now;
  }

  /** What is known; `undefined` before the first answer. */
  get state(): LiveState | undefined {
    return this.#state;
  }

  /** Seconds since the process was last heard of; `undefined` before the first answer. */
  get silentSeconds(): number | undefined {
    return this.#heardAt === undefined ? undefined : (this.#elapsed() - this.#heardAt) / 1000;
  }

  /** The time by the clock of the process, in Unix seconds: its last reading and what has passed here since. */
  get serverNow(): number {
    return (this.#state?.at ?? 0) + (this.#elapsed() - this.#atReceived) / 1000;
  }

  /** Takes a whole state. */
  replace(state: LiveState): void {
    const isNewer = this.#state?.at !== state.at;
    this.#heardAt = this.#elapsed();
    if (isNewer) {
      // A state that comes with a failure was read some time ago; only the clocks of both can tell when.
      const old = state.failure === undefined || state.at === 0 ? 0 : Math.max(0, this.#now() - 1000 * state.at);
      this.#atReceived = this.#heardAt - old;
    }
    this.#state = state;
  }

  /** Takes what became different. */
  apply(change: LiveChange): void {
    if (this.#state === undefined) return;
    const { goneQueues, goneTasks, order, queues, tasks, ...rest } = change;
    const before = this.#state;
    const byQueue = merged(before.queues, queues, queueKey);
    for (const queue of goneQueues) byQueue.delete(queue);
    const byTask = merged(before.tasks, tasks, taskKey);
    for (const [queue, task] of goneTasks) byTask.delete(taskKey({ queue, task }));
    const names = order ?? before.queues.map(queueKey);
    this.replace({
      ...rest,
      queues: names.flatMap((name) => byQueue.get(name) ?? []),
      tasks: [...byTask.values()].sort((one, two) => compare(one.queue, two.queue) || compare(one.task, two.task)),
    });
  }
}

/** What tells the rows of two tasks apart. */
export function taskKey({ queue, task }: Pick<TaskRow, "queue" | "task">): string {
  return JSON.stringify([queue, task]);
}

function queueKey({ queue }: QueueRow): string {
  return queue;
}

function merged<Row>(before: readonly Row[], rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row> {
  return new Map([...before, ...rows].map((row) => [keyOf(row), row]));
}

function compare(one: string, two: string): number {
  return one < two ? -1 : one > two ? 1 : 0;
}
