import type { TaskRun } from "@taskvitals/core";
import type { WorkerSession } from "./worker-session.ts";

/** What is known of a task that has not ended. */
export interface TrackedTask {
  readonly id: string;
  name: string | undefined;
  /** As the producer said. */
  queue: string | undefined;
  /** As a worker said that sent it anew, where the producer has not said it. */
  retryQueue: string | undefined;
  /** When it was ready to run, in seconds by this host's clock: sent, and due. */
  readyAtSeconds: number | undefined;
  /** Time here at which it was announced, in milliseconds, as long as nothing else was read of it; 0 otherwise. */
  sentMs: number;
  /** Whether the first attempt has begun. */
  attempted: boolean;
  /** Who has received the first attempt and not begun it. */
  firstWorker: WorkerSession | undefined;
  /** Time here at which that worker first received another attempt, in milliseconds. */
  retryMs: number | undefined;
  /** When the running attempt began, in seconds by its worker's clock. */
  startedAtSeconds: number | undefined;
  /** Who runs it. */
  worker: WorkerSession | undefined;
  /** Worker's logical clock, and time here in milliseconds, at its start. */
  startedClock: number;
  startedMs: number;
  run: TaskRun | undefined;
  /** What is to be recorded once its queue is known, or has turned out not to be announced. */
  held: (() => void)[] | undefined;
  /** Whether its queue was waited for in vain. */
  queueless: boolean;
  /** Number of the newest attempt that was received, from 0. */
  retries: number;
  /** Time here of its end, in milliseconds; 0 until then. */
  endedMs: number;
}

/** Tasks by id, a bounded number of them. */
export class TaskRegistry {
  readonly #limit: number;
  readonly #onOverflow: (task: TrackedTask) => void;
  readonly #tasks = new Map<string, TrackedTask>();
  /** Tasks whose worker was lost: nothing more is expected of them, but might come. */
  readonly #doubtful = new Map<string, TrackedTask>();
  /** Tasks that have ended, for a moment: the end of an attempt may be read after that of the next. */
  readonly #ended = new Map<string, TrackedTask>();

  /** @param onOverflow - told of each task that had to be forgotten before its end */
  constructor(limit: number, onOverflow: (task: TrackedTask) => void) {
    this.#limit = limit;
    this.#onOverflow = onOverflow;
  }

  /** How many tasks are kept. */
  get size(): number {
    return this.#tasks.size + this.#doubtful.size + this.#ended.size;
  }

  /** The task, where it is known. */
  find(id: string): TrackedTask | undefined {
    return this.#tasks.get(id) ?? this.#ended.get(id) ?? this.#doubtful.get(id);
  }

  /** The task, known from now on. */
  track(id: string): TrackedTask {
    const known = this.#tasks.get(id);
    if (known !== undefined) return known;
    const earlier = this.find(id);
    if (earlier !== undefined) {
      this.#take(earlier);
      earlier.endedMs = 0;
      this.#tasks.set(id, earlier);
      return earlier;
    }
    if (this.size >= this.#limit) this.#evict();
    const task: TrackedTask = {
      id,
      name: undefined,
      queue: undefined,
      retryQueue: undefined,
      readyAtSeconds: undefined,
      sentMs: 0,
      attempted: false,
      firstWorker: undefined,
      retryMs: undefined,
      startedAtSeconds: undefined,
      worker: undefined,
      startedClock: 0,
      startedMs: 0,
      run: undefined,
      held: undefined,
      queueless: false,
      retries: 0,
      endedMs: 0,
    };
    this.#tasks.set(id, task);
    return task;
  }

  /** Says that a task has ended; it is forgotten soon. */
  end(task: TrackedTask, nowMs: number): void {
    this.#take(task);
    task.endedMs = nowMs;
    this.#ended.set(task.id, task);
  }

  /** Makes a task the first to be forgotten. */
  doubt(task: TrackedTask): void {
    this.#take(task);
    this.#doubtful.set(task.id, task);
  }

  /** Forgets the tasks that ended before a time. */
  forgetEnded(beforeMs: number): void {
    for (const [id, task] of this.#ended) {
      if (task.endedMs >= beforeMs) return;
      this.#ended.delete(id);
    }
  }

  #take({ id }: TrackedTask): void {
    if (!this.#tasks.delete(id) && !this.#ended.delete(id)) this.#doubtful.delete(id);
  }

  #evict(): void {
    for (const less of [this.#ended, this.#doubtful]) {
      for (const id of less.keys()) {
        less.delete(id);
        return;
      }
    }
    for (const [id, task] of this.#tasks) {
      this.#tasks.delete(id);
      this.#onOverflow(task);
      return;
    }
  }
}
