import { type TaskOutcome, type TaskRecorder, UNKNOWN_VALUE } from "@taskvitals/core";
import { type CeleryEvent, countField, numberField, textField } from "./celery-event.ts";
import { exceptionClass } from "./exception-class.ts";
import { HeldTasks } from "./held-tasks.ts";
import type { Heartbeat } from "./processed-audit.ts";
import { TaskRegistry, type TrackedTask } from "./task-registry.ts";
import { ownClockOffset, type WorkerSession } from "./worker-session.ts";

/** What {@link TaskTracker} needs. */
export interface TaskTrackerOptions {
  readonly tasks: TaskRecorder;
  readonly maxTasks: number;
  /** The queue of a task that nobody announced; `undefined` where it is not known. */
  readonly fallbackQueue: (task: string | undefined, worker: WorkerSession | undefined) => string | undefined;
  /** Whether a worker's queues are about to be known. */
  readonly isAwaited: (worker: WorkerSession | undefined) => boolean;
  /** The `queue` label of a queue. */
  readonly label: (queue: string) => string;
  /** Told each time that a task had to be forgotten before its end. */
  readonly onOverflow: () => void;
}

const OUTCOMES: Readonly<Record<string, TaskOutcome>> = {
  "task-succeeded": "success",
  "task-failed": "failure",
  "task-retried": "retry",
};

/** For how long a task that has ended is remembered: longer than workers hold events back. */
const KEEP_ENDED_MS = 5000;
/** For how long a worker may announce the start of an attempt after its receipt of the next: its processes tell it of starts. */
const OVERTAKING_MS = 1000;
/** For how long the announcement of a producer may be behind the worker that runs its task: where it is certain to come, and where it may never. */
const SENT_LATE_MS = 5000;
const SENT_PERHAPS_MS = 2000;
/** Names of tasks that are remembered as announced by their producers. */
const MAX_NAMES = 4096;

/** Makes of events about tasks what the recorder takes: runs that start and end, and outcomes. */
export class TaskTracker {
  readonly #options: TaskTrackerOptions;
  readonly #registry: TaskRegistry;
  readonly #held: HeldTasks;
  /** One string per name of a task or queue, however many tasks have it. */
  readonly #names = new Map<string, string>();
  /** Names of tasks that producers announce, or that were waited for in vain. */
  readonly #announced = new Map<string, boolean>();
  /** When events were last missed, or could have been. */
  #blindMs = 0;

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
    this.#registry = new TaskRegistry(options.maxTasks, (task) => {
      this.#held.settle(task);
      this.#release(task);
      options.onOverflow();
    });
    this.#held = new HeldTasks(({ name }) => {
      if (name !== undefined && !this.#announced.has(name)) this.#announce(name, false);
    });
  }

  /** Tasks that are remembered. */
  get size(): number {
    return this.#registry.size;
  }

  /** Says that events may have been missed until now. */
  wasBlind(nowMs: number): void {
    this.#blindMs = nowMs;
  }

  /** A producer has sent a task. */
  sent(event: CeleryEvent, nowMs: number): void {
    const id = textField(event, "uuid");
    if (id === undefined) return;
    // It may come when the task has ended, which is no new life.
    const task = this.#registry.find(id) ?? this.#registry.track(id);
    const name = textField(event, "name");
    const queue = textField(event, "queue");
    task.name = this.#name(name) ?? task.name;
    if (queue !== undefined) this.#announce(name, true);
    const isRetry = (countField(event, "retries") ?? 0) > 0;
    task.sentMs = isRetry || task.attempted || task.firstWorker !== undefined || task.retries > 0 ? 0 : nowMs;
    if (isRetry && task.queue === undefined) {
      // A busy producer may announce the task after a worker announced its retry; the start of the first attempt goes on waiting for it.
      task.retryQueue = this.#name(queue);
      return;
    }
    task.queue = this.#name(queue) ?? task.queue;
    if (!isRetry) task.readyAtSeconds ??= readyAt(event, nowMs);
    this.#held.settle(task);
  }

  /** A worker has taken a task from its queue. */
  received(event: CeleryEvent, worker: WorkerSession, nowMs: number): void {
    const id = textField(event, "uuid");
    if (id === undefined) return;
    const retries = countField(event, "retries") ?? 0;
    const known = this.#registry.find(id);
    // What one worker says of an attempt may be read after another has ended the next; a task that is run once more is not over.
    if (known !== undefined && known.endedMs > 0 && retries < known.retries) {
      if (retries === 0 && !known.attempted) known.firstWorker = worker;
      return;
    }
    const task = this.#registry.track(id);
    task.retries = Math.max(task.retries, retries);
    task.name = this.#name(textField(event, "name")) ?? task.name;
    task.sentMs = 0;
    if (retries === 0) {
      if (!task.attempted) task.firstWorker = worker;
    } else if (task.firstWorker?.node === worker.node) task.retryMs ??= nowMs;
  }

  /** A worker has begun to run a task. */
  started(event: CeleryEvent, worker: WorkerSession, nowMs: number): void {
    const id = textField(event, "uuid");
    if (id === undefined) return;
    const task = this.#registry.find(id) ?? this.#registry.track(id);
    const timestamp = numberField(event, "timestamp");
    // Where its start was missed, the next attempt of the same worker is not the first. What another worker was given to run says nothing.
    const isReceived = task.firstWorker?.node === worker.node && nowMs - (task.retryMs ?? nowMs) <= OVERTAKING_MS;
    // The receipt may be read after the start, or never: of what was just sent, and of which nothing was missed, no attempt can have gone before.
    const isFirst = isReceived || task.sentMs > this.#blindMs;
    task.sentMs = 0;
    if (task.firstWorker?.node === worker.node) task.firstWorker = undefined;
    // That another attempt was read to begin says nothing: all of the first may be read after it.
    task.attempted ||= isFirst;
    task.startedAtSeconds = timestamp;
    this.#apply(task, worker, nowMs, () => {
      this.#release(task);
      task.worker = worker;
      task.startedClock = countField(event, "clock") ?? 0;
      task.startedMs = nowMs;
      task.run = this.#options.tasks.start(task.name ?? UNKNOWN_VALUE, {
        queue: this.#queue(task, worker),
        waitSeconds: isFirst ? waitSeconds(task, worker, timestamp, nowMs) : undefined,
      });
      worker.running.add(task);
    });
  }

  /** A run has ended with an outcome. */
  ended(event: CeleryEvent, worker: WorkerSession, nowMs: number): void {
    const id = textField(event, "uuid");
    const outcome = OUTCOMES[String(event.type)];
    if (id === undefined || outcome === undefined) return;
    const task = this.#registry.find(id);
    const errorType = outcome === "failure" ? exceptionClass(event.exception, event.traceback) : undefined;
    if (task === undefined) {
      // It began before anything was read: it counts, though under no name.
      worker.ended(event);
      this.#record(undefined, worker, { outcome, errorType, durationSeconds: runtime(event) });
      return;
    }
    const recorded = worker.endedAndHeld(event);
    const durationSeconds = runtime(event) ?? duration(event, task);
    // A worker announces the start of an attempt before its end: that of the first was missed.
    if (task.firstWorker?.node === worker.node) {
      task.firstWorker = undefined;
      task.attempted = true;
    }
    task.sentMs = 0;
    if (outcome === "retry") task.startedAtSeconds = undefined;
    this.#apply(task, worker, nowMs, () => {
      // Another worker may have begun the next attempt before this one's end was read.
      if (task.worker === worker) this.#release(task);
      this.#record(task, worker, { outcome, errorType, durationSeconds });
      recorded();
      if (outcome !== "retry") this.#registry.end(task, nowMs);
    });
  }

  /** A run or a task has ended without an outcome: revoked, rejected or cancelled. */
  dropped(event: CeleryEvent, worker: WorkerSession, nowMs: number): void {
    const task = this.#registry.find(textField(event, "uuid") ?? "");
    // What was never begun has no run that ends; of an unknown task it may have been begun before anything was read.
    if (task === undefined || task.worker === worker || task.held !== undefined) worker.ended(event);
    if (task === undefined) return;
    const comesBack = event.requeue === true || event.type === "task-cancelled";
    this.#apply(task, worker, nowMs, () => {
      if (task.worker === worker || task.worker === undefined) {
        this.#release(task);
        if (!comesBack) this.#registry.end(task, nowMs);
      }
    });
  }

  /**
   * Ends the runs of which a worker said, at a heartbeat long enough ago, that they were over: nothing of their end was read. Which of them
   * these are is not known; the longest-running ones are taken.
   *
   * @returns how many of them began before the given time
   */
  reconcile(worker: WorkerSession, { clock, active }: Heartbeat, beforeMs: number): number {
    const before = [...worker.running].filter((task) => task.startedClock <= clock);
    let ofThem = 0;
    for (const task of before.slice(0, Math.max(0, before.length - active))) {
      if (task.startedMs <= beforeMs) ofThem += 1;
      this.#abandon(task);
    }
    return ofThem;
  }

  /** Ends the runs of a worker that is gone. */
  abandon(worker: WorkerSession): void {
    for (const task of [...worker.running]) this.#abandon(task);
  }

  /** Records what was held back for a queue whose announcement is overdue, and forgets what ended a while ago. */
  settleOverdue(nowMs: number): void {
    this.#held.settleOverdue(nowMs);
    this.#registry.forgetEnded(nowMs - KEEP_ENDED_MS);
  }

  /** Ends everything; nothing is recorded after it. */
  close(): void {
    this.#held.settleOverdue(Number.POSITIVE_INFINITY);
  }

  #abandon(task: TrackedTask): void {
    this.#release(task);
    this.#registry.doubt(task);
  }

  #release(task: TrackedTask): void {
    task.run?.release();
    task.run = undefined;
    task.worker?.running.delete(task);
    task.worker = undefined;
  }

  /** Acts now, or once the queue is known where that may be a matter of moments: the producer announces a task after it sent it. */
  #apply(task: TrackedTask, worker: WorkerSession, nowMs: number, act: () => void): void {
    if (task.held === undefined) {
      const patienceMs = task.queue === undefined && !task.queueless ? this.#patienceMs(task, worker) : 0;
      if (patienceMs === 0) {
        act();
        return;
      }
      this.#held.hold(task, nowMs + patienceMs);
    }
    task.held?.push(act);
  }

  #patienceMs(task: TrackedTask, worker: WorkerSession): number {
    if (this.#options.isAwaited(worker)) return 3000;
    // Once in vain is enough for a name whose producers say nothing.
    const isAnnounced = task.name === undefined ? false : this.#announced.get(task.name);
    if (isAnnounced === false) return 0;
    return isAnnounced ? SENT_LATE_MS : SENT_PERHAPS_MS;
  }

  #announce(name: string | undefined, is: boolean): void {
    if (name !== undefined && (this.#announced.size < MAX_NAMES || this.#announced.has(name))) {
      this.#announced.set(name, is);
    }
  }

  #record(
    task: TrackedTask | undefined,
    worker: WorkerSession,
    end: { outcome: TaskOutcome; errorType: string | undefined; durationSeconds: number | undefined },
  ): void {
    this.#options.tasks.record({ task: task?.name ?? UNKNOWN_VALUE, queue: this.#queue(task, worker), ...end });
  }

  #queue(task: TrackedTask | undefined, worker: WorkerSession): string {
    const queue = task?.queue ?? task?.retryQueue ?? this.#options.fallbackQueue(task?.name, worker);
    return queue === undefined ? UNKNOWN_VALUE : this.#options.label(queue);
  }

  #name(name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size < MAX_NAMES) this.#names.set(name, name);
    return name;
  }
}

function runtime(event: CeleryEvent): number | undefined {
  const seconds = numberField(event, "runtime");
  return seconds !== undefined && seconds >= 0 ? seconds : undefined;
}

/** Between two stamps of one worker; a clock that was set back in between says nothing. */
function duration(event: CeleryEvent, task: TrackedTask): number | undefined {
  const endedAt = numberField(event, "timestamp");
  if (endedAt === undefined || task.startedAtSeconds === undefined) return undefined;
  return endedAt >= task.startedAtSeconds ? endedAt - task.startedAtSeconds : undefined;
}

/** When a task that was sent is ready, by this host's clock; `undefined` where its ETA cannot be read. */
function readyAt(event: CeleryEvent, nowMs: number): number | undefined {
  const timestamp = numberField(event, "timestamp");
  if (timestamp === undefined) return undefined;
  const offset = ownClockOffset(timestamp, nowMs);
  const { eta = null } = event;
  if (eta === null) return timestamp + offset;
  // A time without its zone could be any.
  const due = typeof eta === "string" && /(?:Z|[+-]\d\d:?\d\d)$/.test(eta) ? Date.parse(eta) / 1000 : Number.NaN;
  return Number.isNaN(due) ? undefined : Math.max(timestamp, due) + offset;
}

function waitSeconds(
  task: TrackedTask,
  worker: WorkerSession,
  startedAt: number | undefined,
  nowMs: number,
): number | undefined {
  if (task.readyAtSeconds === undefined || startedAt === undefined) return undefined;
  return Math.max(0, worker.toOwnClock(startedAt, nowMs) - task.readyAtSeconds);
}
