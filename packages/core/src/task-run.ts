/**
 * One run of a task, from its start to its end. The first of {@link succeed}, {@link fail} and disposal ends it; whatever
 * follows changes nothing, so that a run is counted once.
 *
 * Disposing of a run that nobody ended counts it as a failure with `error_type="_OTHER"`: with `using run = …` the scope was left by
 * a throw or without a word, and neither is a success.
 */
export interface TaskRun extends Disposable, AsyncDisposable {
  /** Ends the run in success. Never throws. */
  succeed(): void;
  /** Ends the run in failure for good; the class of `error` becomes `error_type`. Never throws. */
  fail(error?: unknown): void;
}

/** Receives the one end of a run. */
export type RunEnd = (run: OpenTaskRun, outcome: "success" | "failure", error: unknown) => void;

/** The run as the recorder keeps it. */
export class OpenTaskRun implements TaskRun {
  readonly task: string;
  readonly queue: string;
  readonly startedAtSeconds: number;
  #end: RunEnd | undefined;

  constructor(task: string, queue: string, startedAtSeconds: number, end: RunEnd) {
    this.task = task;
    this.queue = queue;
    this.startedAtSeconds = startedAtSeconds;
    this.#end = end;
  }

  succeed(): void {
    this.#finish("success", undefined);
  }

  fail(error?: unknown): void {
    this.#finish("failure", error);
  }

  [Symbol.dispose](): void {
    this.#finish("failure", undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish("failure", undefined);
  }

  #finish(outcome: "success" | "failure", error: unknown): void {
    const end = this.#end;
    this.#end = undefined;
    end?.(this, outcome, error);
  }
}
