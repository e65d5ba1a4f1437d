import type { Counter, Meter } from "@opentelemetry/api";
import type { BoundHistogram } from "./bound-instrument.ts";
import { contract, DURATION_BUCKETS_SECONDS, OTHER_VALUE, UNKNOWN_VALUE, WAIT_BUCKETS_SECONDS } from "./contract.ts";
import { errorType } from "./error-type.ts";
import { createCounter } from "./instruments.ts";
import { describeValue, invalidOption } from "./invalid-option.ts";
import { labelValue } from "./label-value.ts";
import { OpenRuns, type QueueActivity } from "./open-runs.ts";
import type { ProblemListener } from "./problem.ts";
import type { TaskActivitySource } from "./task-activity.ts";
import { type TaskPair, TaskPairs } from "./task-pair.ts";
import { OpenTaskRun, type RunEndListener, type TaskOutcome, type TaskRun, UNRECORDED_RUN } from "./task-run.ts";
import { isSlots, SlotsByQueue, type TaskSlotCount, type TaskSlots } from "./task-slots.ts";
import { TaskVitalsError } from "./task-vitals-error.ts";
import { type TaskFunction, wrapTask } from "./wrap-task.ts";

/** Where a task belongs. */
export interface TaskOptions {
  /** The `queue` label. Default: the queue named at start-up. Cut at 128 characters; empty or unusable is `_UNKNOWN`. */
  readonly queue?: string | undefined;
}

/** Where a task belongs, and how long it waited. */
export interface StartOptions extends TaskOptions {
  /**
   * Time from ready to started, in seconds, at least 0, of a first attempt; leave it out for another attempt, and where it is not known.
   * Goes to `task_wait_seconds`; a value that is no such number raises `taskvitals_error_total{operation="record"}`.
   */
  readonly waitSeconds?: number | undefined;
}

/** A task that has ended, as {@link TaskRecorder.record} takes it. */
export interface FinishedTask extends StartOptions {
  /** The `task` label. Cut at 128 characters; empty or unusable is `_UNKNOWN`. */
  readonly task: string;
  /**
   * How it ended: `"success"`, `"failure"` for good, or `"retry"` for an attempt that failed and will be followed by another. Anything else is
   * not counted, and raises `taskvitals_error_total{operation="record"}`.
   */
  readonly outcome: TaskOutcome;
  /**
   * Run time of the attempt that ended the task, in seconds, at least 0. Leave it out where it is not known. A value that is negative, infinite or not a number
   * leaves the histogram untouched and raises `taskvitals_error_total{operation="record"}`; the outcome is counted all the same. Not read for
   * `"retry"`.
   */
  readonly durationSeconds?: number | undefined;
  /** What failed; its class becomes `error_type`. Read for a failure only. */
  readonly error?: unknown;
  /** The `error_type` label, for those who know the class and have no error object. Wins over `error`. */
  readonly errorType?: string | undefined;
}

/**
 * Counts and times tasks. `wrap`, `declare` and `setConcurrency` are set-up: they throw on a mistake. Everything else never
 * throws, never waits and sends nothing.
 */
export interface TaskRecorder {
  /**
   * Returns a function with the signature, `this`, result and errors of `fn` whose calls are counted and timed. The pair of
   * task and queue exists at 0 from now on. A promise returned by `fn` ends the run when it settles. A generator or stream is
   * counted when `fn` returns it, not when it is drained: use {@link start} there.
   *
   * @throws TaskVitalsError `INVALID_OPTION` for an empty name or something that is not a function, `DUPLICATE_SERIES` for a pair that a
   * counter in Redis reports
   */
  wrap<F extends TaskFunction>(task: string, fn: F, options?: TaskOptions): F;
  /** Counts a task that has ended, and its run time where given. */
  record(finished: FinishedTask): void;
  /** Starts a run that is ended by `succeed`, `fail`, `retry`, `release` or the end of a `using` scope. */
  start(task: string, options?: StartOptions): TaskRun;
  /** Counts tasks of a queue whose worker lost them; a whole number of at least 1, default 1. */
  stalled(options?: TaskOptions, count?: number): void;
  /**
   * Makes the pair of task and queue exist at 0, so that its first task is visible to `increase()` and `rate()`.
   *
   * @throws TaskVitalsError `INVALID_OPTION` for an empty name, `DUPLICATE_SERIES` for a pair that a counter in Redis reports
   */
  declare(task: string, options?: TaskOptions): void;
  /**
   * Says how many tasks of a queue this process runs at once; reported as `task_concurrency`. `undefined` takes it back.
   *
   * @throws TaskVitalsError `INVALID_OPTION` for anything but a whole number of at least 0
   */
  setConcurrency(slots: number | undefined, options?: TaskOptions): void;
  /**
   * Adds task slots of a queue, such as those of one worker, to what `task_concurrency` reports, until they are taken away. A function is
   * asked at each collection.
   *
   * @throws TaskVitalsError `INVALID_OPTION` for anything but a function or a whole number of at least 0
   */
  addSlots(slots: TaskSlotCount, options?: TaskOptions): TaskSlots;
  /**
   * Ends the series of a pair of task and queue and frees their place under the series limit. Runs of it that are open are counted
   * when they end, in a pair born anew. On a meter provider of the standard SDK series cannot be ended: there it only frees the place.
   */
  forget(pair: { readonly task: string; readonly queue?: string | undefined }): void;
}

/** What {@link createTaskRecorder} needs. */
export interface TaskRecorderOptions {
  /** Meter that the counters and histograms are created on. */
  readonly meter: Meter;
  /** Queue of tasks that name none. Default `_UNKNOWN`. */
  readonly defaultQueue?: string | undefined;
  /** Upper bounds of the duration histogram, in seconds. Default: {@link DURATION_BUCKETS_SECONDS}. */
  readonly durationBuckets?: readonly number[] | undefined;
  /** Upper bounds of the wait histogram, in seconds. Default: {@link WAIT_BUCKETS_SECONDS}. */
  readonly waitBuckets?: readonly number[] | undefined;
  /** Most live (task, queue) pairs; what comes after them is counted in one overflow series. Default 2000. */
  readonly maxSeries?: number | undefined;
  /** Most error classes; what comes after them is `_OTHER`. Default 100. */
  readonly maxErrorTypes?: number | undefined;
  /** Monotonic clock, in seconds. Default: `performance.now()`. */
  readonly monotonicSeconds?: (() => number) | undefined;
  /** Told of each failure. */
  readonly onProblem: ProblemListener;
  /** Pairs of labels that somebody else reports: declaring one is an error, and what ends in one is not counted. Default: none. */
  readonly isReserved?: ((task: string, queue: string) => boolean) | undefined;
  /** Told each time that `maxSeries` refused a label set, with the name of the instrument. Must be quick and not throw. */
  readonly onSeriesRefused?: ((instrument: string) => void) | undefined;
}

/** A recorder and what its owner needs of it. */
export interface TaskRecorderHandle {
  /** For those who run tasks. */
  readonly tasks: TaskRecorder;
  /** For the gauges of what runs now. */
  readonly activity: TaskActivitySource;
  /** Ends the series of every pair, as {@link TaskRecorder.forget} does of one. */
  forgetAll(): void;
  /** From now on nothing is recorded; wrapped functions keep working. */
  close(): void;
}

/** Creates a recorder on any meter; one whose counters have `bind` makes it fast. */
export function createTaskRecorder(options: TaskRecorderOptions): TaskRecorderHandle {
  const recorder = new Recorder(options);
  return {
    tasks: recorder,
    activity: recorder,
    forgetAll: () => recorder.forgetAll(),
    close: () => recorder.close(),
  };
}

const NOT_KNOWN = Symbol("run time not known");

class Recorder implements TaskRecorder, TaskActivitySource, RunEndListener {
  readonly #pairs: TaskPairs;
  readonly #defaultQueue: string;
  readonly #now: () => number;
  readonly #onProblem: ProblemListener;
  readonly #runs = new Map<string, OpenRuns>();
  readonly #stalled: Counter;
  readonly #slots = new SlotsByQueue();
  #closed = false;

  constructor(options: TaskRecorderOptions) {
    const bounds = {
      duration: options.durationBuckets ?? DURATION_BUCKETS_SECONDS,
      wait: options.waitBuckets ?? WAIT_BUCKETS_SECONDS,
    };
    this.#stalled = createCounter(options.meter, contract.taskStalled);
    const limits = {
      maxSeries: options.maxSeries ?? 2000,
      maxErrorTypes: options.maxErrorTypes ?? 100,
      onRefused: options.onSeriesRefused ?? (() => {}),
      isReserved: options.isReserved ?? (() => false),
    };
    this.#pairs = new TaskPairs(options.meter, bounds, limits, (queue) => this.#runsOf(queue));
    this.#defaultQueue = labelValue(options.defaultQueue ?? UNKNOWN_VALUE);
    this.#now = options.monotonicSeconds ?? (() => performance.now() / 1000);
    this.#onProblem = options.onProblem;
  }

  wrap<F extends TaskFunction>(task: string, fn: F, options?: TaskOptions): F {
    if (typeof fn !== "function") {
      throw invalidOption({ path: "tasks.wrap(name, fn)", value: fn, expected: "a function as its second argument" });
    }
    // The caller may change its object later.
    const own: TaskOptions = { queue: options?.queue };
    this.declare(task, own);
    return wrapTask(fn, () => this.start(task, own));
  }

  declare(task: string, options?: TaskOptions): void {
    requireName("task", task);
    if (options?.queue !== undefined) requireName("queue", options.queue);
    if (this.#closed) return;
    try {
      this.#pair(task, options?.queue);
    } catch (error) {
      if (error instanceof TaskVitalsError) throw error;
      this.#failed(error);
    }
  }

  setConcurrency(slots: number | undefined, options?: TaskOptions): void {
    const queue = labelValue(options?.queue ?? this.#defaultQueue);
    if (slots !== undefined) requireSlots(slots);
    this.#slots.say(queue, slots);
  }

  addSlots(slots: TaskSlotCount, options?: TaskOptions): TaskSlots {
    if (typeof slots !== "function") requireSlots(slots);
    return this.#slots.add(labelValue(options?.queue ?? this.#defaultQueue), slots);
  }

  record(finished: FinishedTask): void {
    if (this.#closed) return;
    try {
      const { outcome, durationSeconds } = finished;
      if (outcome !== "success" && outcome !== "failure" && outcome !== "retry") {
        const got = describeValue(outcome);
        this.#onProblem(
          "record",
          `record(): outcome is ${got}; expected "success", "failure" or "retry". Not counted.`,
        );
        return;
      }
      const type = outcome === "failure" ? (finished.errorType ?? errorType(finished.error)) : "";
      const duration = durationSeconds === undefined ? NOT_KNOWN : durationSeconds;
      const pair = this.#pair(finished.task, finished.queue);
      if (finished.waitSeconds !== undefined) this.#time("waitSeconds", finished.waitSeconds, this.#pairs.waits(pair));
      this.#count(pair, outcome, duration, type);
    } catch (error) {
      this.#failed(error);
    }
  }

  start(task: string, options?: StartOptions): TaskRun {
    if (this.#closed) return UNRECORDED_RUN;
    try {
      const pair = this.#pair(task, options?.queue);
      const wait = options?.waitSeconds;
      if (wait !== undefined) this.#time("waitSeconds", wait, this.#pairs.waits(pair));
      const run = new OpenTaskRun(pair, this.#now(), this);
      pair.runs.open(run);
      return run;
    } catch (error) {
      this.#failed(error);
      return UNRECORDED_RUN;
    }
  }

  stalled(options?: TaskOptions, count = 1): void {
    if (this.#closed) return;
    try {
      if (!Number.isSafeInteger(count) || count < 1) {
        const got = describeValue(count);
        this.#onProblem("record", `stalled(): count is ${got}; expected a whole number of at least 1. Not counted.`);
        return;
      }
      this.#stalled.add(count, { queue: labelValue(options?.queue ?? this.#defaultQueue) });
    } catch (error) {
      this.#failed(error);
    }
  }

  runEnded(run: OpenTaskRun, outcome: TaskOutcome | undefined, error: unknown): void {
    run.pair.runs.close(run);
    if (this.#closed || outcome === undefined) return;
    try {
      // The pair may have been forgotten while the task ran.
      const pair = run.pair.live ? run.pair : this.#pairs.pair(run.pair.task, run.pair.queue);
      const type = outcome === "failure" ? errorType(error) : "";
      this.#count(pair, outcome, this.#now() - run.startedAtSeconds, type);
    } catch (failure) {
      this.#failed(failure);
    }
  }

  forget(pair: { readonly task: string; readonly queue?: string | undefined }): void {
    try {
      this.#pairs.forget(pair.task, pair.queue ?? this.#defaultQueue);
    } catch (error) {
      this.#failed(error);
    }
  }

  forgetAll(): void {
    try {
      this.#pairs.forgetAll();
    } catch (error) {
      this.#failed(error);
    }
  }

  activities(): readonly QueueActivity[] {
    const now = this.#now();
    const activities: QueueActivity[] = [];
    for (const runs of this.#runs.values()) {
      if (runs.isEmpty && !this.#pairs.hasQueue(runs.queue)) this.#runs.delete(runs.queue);
      else activities.push(runs.activity(now));
    }
    return activities;
  }

  concurrency(): ReadonlyMap<string, number> {
    return this.#slots.totals();
  }

  close(): void {
    this.#closed = true;
    this.#runs.clear();
  }

  #runsOf(queue: string): OpenRuns {
    const known = this.#runs.get(queue);
    if (known !== undefined) return known;
    const runs = new OpenRuns(queue);
    this.#runs.set(queue, runs);
    return runs;
  }

  #pair(task: unknown, queue: unknown): TaskPair {
    return this.#pairs.pair(task, queue === undefined ? this.#defaultQueue : queue);
  }

  #count(pair: TaskPair, outcome: TaskOutcome, duration: unknown, type: unknown): void {
    if (outcome === "success") {
      pair.success.add(1);
    } else if (outcome === "failure") {
      pair.failure.add(1);
      const named = labelValue(type);
      this.#pairs.errors(pair, named === UNKNOWN_VALUE ? OTHER_VALUE : named).add(1);
    } else {
      this.#pairs.retries(pair).add(1);
      return;
    }
    if (duration !== NOT_KNOWN) this.#time("durationSeconds", duration, pair.duration);
  }

  #time(what: string, seconds: unknown, histogram: BoundHistogram): void {
    if (typeof seconds === "number" && seconds >= 0 && seconds < Number.POSITIVE_INFINITY) {
      histogram.record(seconds);
    } else {
      const got = describeValue(seconds);
      this.#onProblem("record", `record(): ${what} is ${got}; expected a finite number of at least 0. Not timed.`);
    }
  }

  #failed(error: unknown): void {
    const why = error instanceof TaskVitalsError ? error.message : `(${errorType(error)})`;
    this.#onProblem("record", `A task could not be recorded: ${why}`);
  }
}

function requireSlots(slots: unknown): void {
  if (isSlots(slots)) return;
  throw invalidOption({ path: "concurrency", value: slots, expected: "a whole number of at least 0" });
}

function requireName(what: "task" | "queue", name: unknown): void {
  if (typeof name === "string" && name.trim() !== "") return;
  throw invalidOption({ path: `${what} name`, value: name, expected: "a string that is not empty" });
}
