import type { OpenRun } from "./open-runs.ts";
import type { TaskPair } from "./task-pair.ts";

/** How a run ended: the task in success, the task in failure for good, or only this attempt, which will be followed by another. */
export type TaskOutcome = "success" | "failure" | "retry";

/**
 * One run of a task, from its start to its end. The first of {@link succeed}, {@link fail}, {@link retry}, {@link release} and disposal
 * ends it; whatever follows changes nothing, so that a run is counted once.
 *
 * Disposing of a run that nobody ended counts it as a failure with `error_type="_OTHER"`: with `using run = …` the scope was left by
 * a throw or without a word, and neither is a success.
 */
export interface TaskRun extends Disposable, AsyncDisposable {
  /** Ends the run in success. Never throws. */
  succeed(): void;
  /** Ends the run in failure for good; the class of `error` becomes `error_type`. Never throws. */
  fail(error?: unknown): void;
  /** Ends the run in failure of an attempt that will be followed by another; neither the task nor its duration is counted. Never throws. */
  retry(): void;
  /** Ends the run without an outcome: it was put back, or its end is counted by somebody else. Never throws. */
  release(): void;
}

/** Receives the one end of a run. */
export interface RunEndListener {
  /** Called once, when the run ends; `undefined` for one that ended without an outcome. */
  runEnded(run: OpenTaskRun, outcome: TaskOutcome | undefined, error: unknown): void;
}

/** The run as the recorder keeps it; a link in the chain of its queue's open runs. */
export class OpenTaskRun implements TaskRun, OpenRun {
  readonly pair: TaskPair;
  readonly startedAtSeconds: number;
  previous: OpenRun | undefined = undefined;
  next: OpenRun | undefined = undefined;
  #listener: RunEndListener | undefined;

  constructor(pair: TaskPair, startedAtSeconds: number, listener: RunEndListener) {
    this.pair = pair;
    this.startedAtSeconds = startedAtSeconds;
    this.#listener = listener;
  }

  succeed(): void {
    this.#end("success", undefined);
  }

  fail(error?: unknown): void {
    this.#end("failure", error);
  }

  retry(): void {
    this.#end("retry", undefined);
  }

  release(): void {
    this.#end(undefined, undefined);
  }

  [Symbol.dispose](): void {
    this.#end("failure", undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end("failure", undefined);
  }

  #end(outcome: TaskOutcome | undefined, error: unknown): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    listener.runEnded(this, outcome, error);
  }
}

/** The run that is handed out where nothing is recorded. */
export const UNRECORDED_RUN: TaskRun = Object.freeze({
  succeed: () => {},
  fail: () => {},
  retry: () => {},
  release: () => {},
  [Symbol.dispose]: () => {},
  [Symbol.asyncDispose]: async () => {},
});
