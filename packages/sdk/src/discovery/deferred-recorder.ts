import {
  type FinishedTask,
  type StartOptions,
  type TaskFunction,
  type TaskOptions,
  type TaskOutcome,
  type TaskRecorder,
  type TaskRun,
  type TaskSlotCount,
  type TaskSlots,
  wrapTask,
} from "@taskvitals/core";

/**
 * Takes what is recorded before there is a recorder, and gives it to the recorder once there is one: with the run times that were, in the order
 * in which it came. It fills memory until then, so it is for the moment of a start.
 */
export class DeferredRecorder implements TaskRecorder {
  readonly #now: () => number;
  #target: TaskRecorder | undefined;
  #waiting: ((target: TaskRecorder) => void)[] | undefined = [];

  /** @param monotonicSeconds - clock of the run times. Default: `performance.now()` */
  constructor(monotonicSeconds: () => number = () => performance.now() / 1000) {
    this.#now = monotonicSeconds;
  }

  /** Records what was kept, and everything from now on, on `target`. */
  bind(target: TaskRecorder): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#target = target;
    for (const act of waiting) attempt(() => act(target));
  }

  /** There will be no recorder: what was kept is dropped, and nothing is kept any more. */
  discard(): void {
    this.#waiting = undefined;
  }

  wrap<F extends TaskFunction>(task: string, fn: F, options?: TaskOptions): F {
    this.declare(task, options);
    return wrapTask(fn, () => this.start(task, options));
  }

  declare(task: string, options?: TaskOptions): void {
    this.#later((target) => target.declare(task, options));
  }

  record(finished: FinishedTask): void {
    this.#later((target) => target.record(finished));
  }

  start(task: string, options?: StartOptions): TaskRun {
    if (this.#target !== undefined) return this.#target.start(task, options);
    const run = new DeferredRun(task, options, this.#now);
    this.#later((target) => run.bind(target));
    return run;
  }

  stalled(options?: TaskOptions, count?: number): void {
    this.#later((target) => target.stalled(options, count));
  }

  setConcurrency(slots: number | undefined, options?: TaskOptions): void {
    this.#later((target) => target.setConcurrency(slots, options));
  }

  addSlots(slots: TaskSlotCount, options?: TaskOptions): TaskSlots {
    if (this.#target !== undefined) return this.#target.addSlots(slots, options);
    let count = slots;
    let taken = false;
    let bound: TaskSlots | undefined;
    this.#later((target) => {
      if (!taken) bound = target.addSlots(count, options);
    });
    return {
      resize: (next) => {
        if (bound !== undefined) bound.resize(next);
        else if (Number.isSafeInteger(next) && next >= 0) count = next;
      },
      [Symbol.dispose]: () => {
        taken = true;
        bound?.[Symbol.dispose]();
      },
    };
  }

  forget(pair: { readonly task: string; readonly queue?: string | undefined }): void {
    this.#later((target) => target.forget(pair));
  }

  #later(act: (target: TaskRecorder) => void): void {
    if (this.#target !== undefined) act(this.#target);
    else this.#waiting?.push(act);
  }
}

/** A run that began before there was a recorder. The recorder's own run of it is short by that time, so it only shows what is active. */
class DeferredRun implements TaskRun {
  readonly #task: string;
  readonly #options: StartOptions | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #bound: { readonly target: TaskRecorder; readonly run: TaskRun } | undefined;
  #end: (Pick<FinishedTask, "error" | "durationSeconds"> & { readonly outcome: TaskOutcome | undefined }) | undefined;

  constructor(task: string, options: StartOptions | undefined, now: () => number) {
    this.#task = task;
    this.#options = options;
    this.#now = now;
    this.#startedAt = now();
  }

  bind(target: TaskRecorder): void {
    this.#bound = { target, run: target.start(this.#task, this.#options) };
    this.#count();
  }

  succeed(): void {
    this.#finish("success");
  }

  fail(error?: unknown): void {
    this.#finish("failure", error);
  }

  retry(): void {
    this.#finish("retry");
  }

  release(): void {
    this.#finish(undefined);
  }

  [Symbol.dispose](): void {
    this.#finish("failure");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish("failure");
  }

  #finish(outcome: TaskOutcome | undefined, error?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { outcome, error, durationSeconds: this.#now() - this.#startedAt };
    this.#count();
  }

  #count(): void {
    if (this.#bound === undefined || this.#end === undefined) return;
    const { target, run } = this.#bound;
    const { outcome, error, durationSeconds } = this.#end;
    run.release();
    if (outcome === undefined) return;
    target.record({ task: this.#task, queue: this.#options?.queue, outcome, error, durationSeconds });
  }
}

/** What set-up calls throw has nobody left to go to. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {}
}
