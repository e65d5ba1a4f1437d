import type { CeleryEvent } from "@taskvitals/redis";
import { type CountedEvent, isCounted, OLD_UNKNOWN_NAME, OLD_UNKNOWN_QUEUE } from "./old-metrics.ts";

/** An event of a task, with the labels that the old names have. */
export interface LabelledEvent {
  readonly type: CountedEvent;
  readonly name: string;
  readonly queueName: string;
  readonly hostname: string;
  /** Class of the exception of a failure. */
  readonly exception: string;
  /** Run time of a success, in seconds. */
  readonly runtimeSeconds: number | undefined;
}

/** What is kept of an event that waits for the name of its queue. */
type WaitingEvent = Pick<LabelledEvent, "exception" | "hostname" | "runtimeSeconds" | "type">;

interface KnownTask {
  name: string | undefined;
  queue: string | undefined;
  /** Whether its queue was waited for in vain. */
  isQueueless: boolean;
  /** Events that wait for its queue; absent where none does, as of most tasks. */
  waiting: WaitingEvent[] | undefined;
  /** When it is waited for no longer, in milliseconds. */
  dueMs: number;
  /** When it ended, in milliseconds; 0 until then. */
  endedMs: number;
}

/** What {@link TaskLabels} needs. */
export interface TaskLabelsOptions {
  /** Queues by name of task, for tasks that no producer announces. */
  readonly taskQueues: Readonly<Record<string, string>>;
  /** Takes each event once its labels are known. */
  readonly onLabelled: (event: LabelledEvent) => void;
  /** Tasks that are remembered. Default 100 000. */
  readonly maxTasks?: number | undefined;
}

/** For how long a producer's announcement may be behind the worker's events: where its producers are known to announce, and where not. */
const SENT_LATE_MS = 5000;
const SENT_PERHAPS_MS = 2000;
/** For how long a task that has ended is remembered: announcements may come as late. */
const KEEP_ENDED_MS = 10_000;
/** Between two looks at what waits and what has ended, in milliseconds. The first entry of a map costs a walk over all that was deleted before it. */
const SETTLE_MS = 100;
const MAX_NAMES = 4096;
const ENDS: readonly CountedEvent[] = ["task-succeeded", "task-failed", "task-rejected", "task-revoked"];

/**
 * Gives the events of tasks their names and queues: workers announce the name with the receipt alone, and the queue is told by the producer alone, which may
 * speak after the worker has. Of an event nothing but its labels is kept.
 */
export class TaskLabels {
  readonly #options: TaskLabelsOptions;
  readonly #maxTasks: number;
  readonly #tasks = new Map<string, KnownTask>();
  readonly #ended = new Map<string, KnownTask>();
  readonly #waiting = new Set<KnownTask>();
  #settledMs = Number.NEGATIVE_INFINITY;
  /** Names of tasks that producers announce, or that were waited for in vain. */
  readonly #announced = new Map<string, boolean>();

  /** Knows no task yet. */
  constructor(options: TaskLabelsOptions) {
    this.#options = options;
    this.#maxTasks = options.maxTasks ?? 100_000;
  }

  /** Takes an event; those that are not about tasks are left alone. */
  take(event: CeleryEvent, nowMs: number): void {
    if (nowMs - this.#settledMs >= SETTLE_MS) this.settle(nowMs);
    const { type, uuid } = event;
    if (!isCounted(type) || typeof uuid !== "string" || uuid === "") return;
    const task = this.#find(uuid);
    task.name = textOf(event.name) ?? task.name;
    if (type === "task-sent") this.#sent(task, event);
    else this.#ofWorker(task, type, event, nowMs);
    if (ENDS.includes(type)) this.#end(uuid, task, nowMs);
  }

  /** Gives the queue of those up that were waited for long enough, and forgets what has ended. */
  settle(nowMs: number): void {
    this.#settledMs = nowMs;
    for (const task of this.#waiting) if (task.dueMs <= nowMs) this.#giveUp(task);
    for (const [uuid, { endedMs }] of this.#ended) {
      if (nowMs - endedMs < KEEP_ENDED_MS) return;
      this.#ended.delete(uuid);
    }
  }

  #sent(task: KnownTask, event: CeleryEvent): void {
    const queue = textOf(event.queue);
    task.queue ??= queue;
    if (task.name !== undefined && queue !== undefined) this.#announce(task.name, true);
    this.#tell(task, {
      type: "task-sent",
      hostname: hostOf(event.hostname),
      exception: "",
      runtimeSeconds: undefined,
    });
    this.#release(task);
  }

  #ofWorker(task: KnownTask, type: CountedEvent, event: CeleryEvent, nowMs: number): void {
    const told: WaitingEvent = {
      type,
      hostname: hostOf(event.hostname),
      exception: type === "task-failed" ? exceptionClass(event.exception) : "",
      runtimeSeconds: type === "task-succeeded" ? secondsOf(event.runtime) : undefined,
    };
    if (task.queue === undefined && task.name !== undefined) {
      const { taskQueues } = this.#options;
      if (Object.hasOwn(taskQueues, task.name)) task.queue = taskQueues[task.name];
    }
    const patienceMs = this.#patienceMs(task);
    if (patienceMs === 0) {
      this.#tell(task, told);
      return;
    }
    if (task.waiting === undefined) {
      task.waiting = [];
      task.dueMs = nowMs + patienceMs;
      this.#waiting.add(task);
    }
    task.waiting.push(told);
  }

  #patienceMs({ isQueueless, name, queue }: KnownTask): number {
    if (queue !== undefined || isQueueless || name === undefined) return 0;
    const isAnnounced = this.#announced.get(name);
    if (isAnnounced === false) return 0;
    return isAnnounced ? SENT_LATE_MS : SENT_PERHAPS_MS;
  }

  #giveUp(task: KnownTask): void {
    task.isQueueless = true;
    if (task.name !== undefined && !this.#announced.has(task.name)) this.#announce(task.name, false);
    this.#release(task);
  }

  #release(task: KnownTask): void {
    const { waiting = [] } = task;
    task.waiting = undefined;
    this.#waiting.delete(task);
    for (const event of waiting) this.#tell(task, event);
  }

  #tell({ name = OLD_UNKNOWN_NAME, queue = OLD_UNKNOWN_QUEUE }: KnownTask, event: WaitingEvent): void {
    this.#options.onLabelled({ ...event, name, queueName: queue });
  }

  #announce(name: string, is: boolean): void {
    if (this.#announced.size < MAX_NAMES || this.#announced.has(name)) this.#announced.set(name, is);
  }

  #find(uuid: string): KnownTask {
    const known = this.#tasks.get(uuid) ?? this.#ended.get(uuid);
    if (known !== undefined) return known;
    if (this.#tasks.size + this.#ended.size >= this.#maxTasks) this.#forgetOldest();
    const task: KnownTask = {
      ...{ name: undefined, queue: undefined, isQueueless: false },
      ...{ waiting: undefined, dueMs: 0, endedMs: 0 },
    };
    this.#tasks.set(uuid, task);
    return task;
  }

  #end(uuid: string, task: KnownTask, nowMs: number): void {
    this.#tasks.delete(uuid);
    this.#ended.delete(uuid);
    task.endedMs = nowMs;
    this.#ended.set(uuid, task);
  }

  /** Many at once, for the same reason. */
  #forgetOldest(): void {
    let left = Math.ceil(this.#maxTasks / 100);
    for (const tasks of [this.#ended, this.#tasks]) {
      for (const [uuid, task] of tasks) {
        this.#release(task);
        tasks.delete(uuid);
        left -= 1;
        if (left === 0) return;
      }
    }
  }
}

/** The host of `worker@host` or `gen123@host`. */
export function hostOf(hostname: unknown): string {
  const name = textOf(hostname) ?? "";
  return name.slice(name.indexOf("@") + 1);
}

/** The class in the text that Python gives of an exception. */
function exceptionClass(exception: unknown): string {
  return /^(\w+)\(/.exec(textOf(exception) ?? "")?.[1] ?? "UnknownException";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
