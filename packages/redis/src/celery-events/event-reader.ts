import type { ProblemListener, TaskRecorder } from "@taskvitals/core";
import type { CeleryEvent } from "./celery-event.ts";
import { openEnvelope } from "./envelope.ts";
import { readPosition, writePosition } from "./event-position.ts";
import { TaskTracker } from "./task-tracker.ts";
import type { WorkerSession } from "./worker-session.ts";
import { Workers } from "./workers.ts";

/** What {@link EventReader} needs. */
export interface EventReaderOptions {
  readonly broker: string;
  readonly tasks: TaskRecorder;
  readonly taskQueues: ReadonlyMap<string, string>;
  readonly label: (queue: string) => string;
  readonly workerTimeoutMs: number;
  readonly maxTasks: number;
  /** Whether workers are asked for their queues. */
  readonly isAsking: boolean;
  /** Queues of a worker by its name, where workers are asked; `undefined` where they are not known. */
  readonly queuesOf: (node: string) => readonly string[] | undefined;
  /** Whether a worker was not asked yet, and will be. */
  readonly isAwaited: (node: string) => boolean;
  /** Told of every event, once. */
  readonly onEvent?: ((event: CeleryEvent, readAtMs: number) => void) | undefined;
  readonly onProblem: ProblemListener;
  /** Told of a worker that was not there before. */
  readonly onWorker: () => void;
  /** What {@link EventReader.position} of an earlier reader said. */
  readonly kept?: unknown;
}

/** Reads the messages of one event stream, in the order in which they come. */
export class EventReader {
  readonly #options: EventReaderOptions;
  readonly #tracker: TaskTracker;
  readonly #workers: Workers;
  #missed = 0;
  #lastEventMs: number | undefined;
  /** When something was last known to be missed, or could have been. */
  #lastBlindMs = Number.NEGATIVE_INFINITY;
  /** Since when events come. */
  #connectedMs = Number.NEGATIVE_INFINITY;

  constructor(options: EventReaderOptions) {
    this.#options = options;
    this.#tracker = new TaskTracker({
      tasks: options.tasks,
      maxTasks: options.maxTasks,
      label: options.label,
      fallbackQueue: (task, worker) => this.#fallbackQueue(task, worker),
      isAwaited: (worker) => worker !== undefined && options.isAwaited(worker.node),
      onOverflow: () =>
        options.onProblem(
          "read_events",
          `Broker "${options.broker}": more than ${options.maxTasks} Celery tasks are on their way; the oldest were forgotten, and will be counted without their name or queue. Raise maxTasks.`,
        ),
    });
    const { missed, workers } = readPosition(options.kept);
    this.#missed = missed;
    this.#workers = new Workers(options.workerTimeoutMs, (session) => this.#conclude(session), workers);
  }

  /** What one that reads on later must know, as plain data. */
  position(): unknown {
    return writePosition({ missed: this.#missed, workers: this.#workers.positions() });
  }

  /** Events that are known to have been missed. */
  get missed(): number {
    return this.#missed;
  }

  /** When the last event was read, in milliseconds since the epoch. */
  get lastEventMs(): number | undefined {
    return this.#lastEventMs;
  }

  /** Tasks that are remembered. */
  get trackedTasks(): number {
    return this.#tracker.size;
  }

  /** Reads one message. */
  read(message: string, nowMs: number): void {
    const opened = openEnvelope(message);
    if (!opened.ok) {
      const text = `Broker "${this.#options.broker}": a message on Celery's event channel ${opened.why}. Set event_serializer = "json".`;
      this.#options.onProblem("read_events", text);
      return;
    }
    const events = Array.isArray(opened.body) ? opened.body : [opened.body];
    for (const event of events) if (isEvent(event)) this.#take(event, nowMs);
  }

  /** Says that nothing could be read until now. */
  wasBlind(nowMs: number): void {
    this.#lastBlindMs = nowMs;
    this.#connectedMs = nowMs;
    this.#tracker.wasBlind(nowMs);
  }

  /** Does what is due while events can be read: lets workers go that are not heard of. */
  sweep(nowMs: number): void {
    this.#workers.sweep(nowMs, this.#connectedMs);
  }

  /** Records what waited long enough for the name of its queue. */
  settleOverdue(nowMs: number): void {
    this.#tracker.settleOverdue(nowMs);
  }

  /** Names of the workers that run tasks and announce none. */
  silentWorkers(): readonly string[] {
    return [...this.#workers.alive()].filter((session) => session.isSilent).map(({ node }) => node);
  }

  /** Names of the workers that are there and have announced a task. */
  announcingWorkers(): readonly string[] {
    return [...this.#workers.alive()].filter((session) => session.announces).map(({ node }) => node);
  }

  /** Names of the workers that are there. */
  nodes(): readonly string[] {
    return [...this.#workers.alive()].map(({ node }) => node);
  }

  /** Workers that are there, by the label of their queues. */
  workers(): Map<string, number> {
    const { label, queuesOf, isAwaited, isAsking } = this.#options;
    return this.#workers.byQueue(({ node }) => (isAwaited(node) ? [] : queuesOf(node)?.map(label)), isAsking);
  }

  /** Ends all runs. */
  close(): void {
    this.#tracker.close();
    for (const session of this.#workers.all()) this.#tracker.abandon(session);
  }

  #take(event: CeleryEvent, nowMs: number): void {
    const { type } = event;
    if (typeof type !== "string") return;
    if (type === "task-sent") {
      this.#lastEventMs = nowMs;
      this.#options.onEvent?.(event, nowMs);
      this.#tracker.sent(event, nowMs);
      return;
    }
    const session = this.#workers.of(event, nowMs);
    if (session === undefined || !session.admit(event)) return;
    session.lastReadMs = nowMs;
    this.#options.onEvent?.(event, nowMs);
    if (type.startsWith("task-")) {
      this.#lastEventMs = nowMs;
      session.announced();
      this.#ofTask(type, event, session, nowMs);
    } else if (type === "worker-heartbeat" || type === "worker-online" || type === "worker-offline") {
      this.#ofWorker(event, session, nowMs);
      // A worker that does not tell what it does is no sign that anything can be seen.
      if (!session.isSilent) this.#lastEventMs = nowMs;
    }
  }

  #ofTask(type: string, event: CeleryEvent, session: WorkerSession, nowMs: number): void {
    switch (type) {
      case "task-received":
        this.#tracker.received(event, session, nowMs);
        break;
      case "task-started":
        session.started(event);
        this.#tracker.started(event, session, nowMs);
        break;
      case "task-succeeded":
      case "task-failed":
      case "task-retried":
        this.#tracker.ended(event, session, nowMs);
        break;
      case "task-revoked":
      case "task-rejected":
      case "task-cancelled":
        this.#tracker.dropped(event, session, nowMs);
        break;
    }
  }

  #ofWorker(event: CeleryEvent, session: WorkerSession, nowMs: number): void {
    const wasAlive = session.alive;
    const { missed, isSilent, settled } = this.#workers.heard(event, session, nowMs);
    if (!wasAlive && session.alive) this.#options.onWorker();
    if (missed > 0) {
      this.#lastBlindMs = nowMs;
      this.#tracker.wasBlind(nowMs);
      this.#miss(missed);
    }
    if (isSilent) {
      const text = `Broker "${this.#options.broker}": Celery workers run tasks and send no events about them. Start them with -E, or set worker_send_task_events = True.`;
      this.#options.onProblem("read_events", text);
    }
    // An end without an event is no loss where nothing else is missing: a task that raises Ignore announces none.
    if (settled !== undefined) this.#miss(this.#tracker.reconcile(session, settled, this.#lastBlindMs));
  }

  /** A worker is gone. What it ran when it signed off went on without a word; what it ran when it was lost did not end. */
  #conclude(session: WorkerSession): void {
    const { missed, last } = session.conclude();
    this.#miss(missed);
    if (last !== undefined) this.#miss(this.#tracker.reconcile(session, last, this.#lastBlindMs));
    if (session.signedOff) this.#miss(session.running.size);
    this.#tracker.abandon(session);
  }

  #miss(count: number): void {
    this.#missed += count;
  }

  #fallbackQueue(task: string | undefined, worker: WorkerSession | undefined): string | undefined {
    const queues = worker === undefined ? undefined : this.#options.queuesOf(worker.node);
    if (queues?.length === 1) return queues[0];
    return task === undefined ? undefined : this.#options.taskQueues.get(task);
  }
}

function isEvent(event: unknown): event is CeleryEvent {
  return typeof event === "object" && event !== null && !Array.isArray(event);
}
