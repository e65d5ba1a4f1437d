import { invalidOption, type TaskOutcome, type TaskRecorder, type TaskRun, type TaskSlots } from "@taskvitals/core";
import type { BullmqJob } from "./bullmq-job.ts";
import { type BullmqWorker, requireWorker, slotsOf } from "./bullmq-worker.ts";
import { ownRunSeconds, waitSeconds } from "./job-times.ts";
import type { Observation } from "./observation.ts";
import { type RunListener, watchRuns } from "./wrapped-runs.ts";

/** Options of {@link observeWorker}. */
export interface ObserveWorkerOptions {
  /** The `queue` label. Default: the worker's queue by its name. The label of the queue's declaration, where it has one of its own. */
  readonly queue?: string | undefined;
  /**
   * Whether the queue may hold parents of flows. A parent that waited for its children can not be told from other jobs with an id that is no
   * number, so `task_wait_seconds` leaves them all out. `false`: all first attempts are in it; for queues without flows whose jobs
   * have ids of their own. Default true.
   */
  readonly flowParents?: boolean | undefined;
}

/**
 * Counts and times the jobs of a BullMQ worker, without a connection or a Redis command of its own. Successes, failures for good and attempts that
 * will be followed by another come from the worker's events, with the class of the error; what runs now from the worker itself,
 * so that a job that is put back, loses its lock or is given up in a forced close is no longer active. Jobs that the worker has at hand already
 * are counted when they end.
 *
 * A worker is observed once: a later call takes over from an earlier one, whose handle then does nothing. A worker that is closed takes
 * its slots and runs back by itself. Jobs fetched by hand (`worker.getNextJob()`) have no events: count them with `tasks.start()`.
 *
 * @param worker - `Worker` of BullMQ 5 or 6
 * @param tasks - where it is recorded, such as `vitals.tasks`
 * @throws TaskVitalsError `INVALID_OPTION` for anything but a worker, a recorder, and a label that is not empty
 */
export function observeWorker(
  worker: BullmqWorker,
  tasks: TaskRecorder,
  options: ObserveWorkerOptions = {},
): Observation {
  requireWorker(worker);
  if (typeof tasks?.start !== "function") {
    throw invalidOption({ path: "observeWorker(worker, tasks)", value: tasks, expected: "a recorder: vitals.tasks" });
  }
  const { queue = worker.name, flowParents = true } = options;
  if (typeof queue !== "string" || queue.trim() === "") {
    throw invalidOption({ path: "observeWorker(…, { queue })", value: queue, expected: "text, not empty" });
  }
  return new ObservedWorker(worker, tasks, queue, flowParents);
}

/** A job that the worker has at hand. Times are monotonic, in milliseconds. */
interface RunAtHand {
  readonly run: TaskRun;
  readonly startedAt: number;
  settledAt: number | undefined;
  counted: boolean;
}

class ObservedWorker implements Observation, RunListener {
  readonly #worker: BullmqWorker;
  readonly #tasks: TaskRecorder;
  readonly #queue: string;
  readonly #flowParents: boolean;
  readonly #runs = new Map<BullmqJob, RunAtHand>();
  readonly #slots: TaskSlots;
  readonly #unwatch: () => void;
  readonly #listeners = {
    completed: (job: BullmqJob): void => this.#safely(() => this.#record(job, "success")),
    failed: (job: BullmqJob | undefined, error: unknown): void => this.#safely(() => this.#failed(job, error)),
    stalled: (): void => this.#safely(() => this.#tasks.stalled({ queue: this.#queue })),
    closed: (): void => this.#safely(() => this.#closed()),
  };

  constructor(worker: BullmqWorker, tasks: TaskRecorder, queue: string, flowParents: boolean) {
    this.#worker = worker;
    this.#tasks = tasks;
    this.#queue = queue;
    this.#flowParents = flowParents;
    this.#unwatch = watchRuns(worker, this);
    this.#slots = tasks.addSlots(() => slotsOf(worker), { queue });
    // In front: a listener that throws keeps those behind it from being called.
    this.#eachListener((event, listener) => worker.prependListener(event, listener));
  }

  started(job: BullmqJob): void {
    this.#safely(() => {
      const waited = waitSeconds(job, this.#flowParents);
      const run = this.#tasks.start(job.name, { queue: this.#queue, waitSeconds: waited });
      this.#runs.set(job, { run, startedAt: performance.now(), settledAt: undefined, counted: false });
    });
  }

  settled(job: BullmqJob): void {
    const atHand = this.#runs.get(job);
    if (atHand !== undefined) atHand.settledAt ??= performance.now();
  }

  ended(job: BullmqJob): void {
    const atHand = this.#runs.get(job);
    this.#runs.delete(job);
    this.#safely(() => atHand?.run.release());
  }

  replaced(): void {
    this.detach();
  }

  detach(): void {
    this.#unwatch();
    this.#eachListener((event, listener) => this.#worker.removeListener(event, listener));
    this.#safely(() => this.#closed());
  }

  [Symbol.dispose](): void {
    this.detach();
  }

  #eachListener(act: (event: string, listener: (...values: unknown[]) => void) => void): void {
    for (const [event, listener] of Object.entries(this.#listeners)) {
      act(event, listener as (...values: unknown[]) => void);
    }
  }

  /** Without a job it is one that BullMQ gave up, and has removed already. */
  #failed(job: BullmqJob | undefined, error: unknown): void {
    const final = job === undefined || job.finishedOn !== undefined;
    this.#record(job, final ? "failure" : "retry", error);
  }

  #record(job: BullmqJob | undefined, outcome: TaskOutcome, error?: unknown): void {
    const atHand = job && this.#runs.get(job);
    if (atHand !== undefined) {
      if (atHand.counted) return;
      atHand.counted = true;
    }
    // Not ended as a success or a failure: until its end was stored it ran on, which is not the task's time.
    atHand?.run.release();
    const durationSeconds = atHand === undefined ? job && ownRunSeconds(job) : runSeconds(atHand);
    this.#tasks.record({ task: job?.name ?? "", queue: this.#queue, outcome, durationSeconds, error });
  }

  /** What a forced close has left running is no longer the worker's: its jobs go to others. */
  #closed(): void {
    this.#slots[Symbol.dispose]();
    for (const { run } of this.#runs.values()) run.release();
    this.#runs.clear();
  }

  /** The recorder never throws and counts what it can not record; whatever else may go wrong here, the worker must not notice. */
  #safely(act: () => void): void {
    try {
      act();
    } catch {}
  }
}

function runSeconds({ startedAt, settledAt = performance.now() }: RunAtHand): number {
  return (settledAt - startedAt) / 1000;
}
