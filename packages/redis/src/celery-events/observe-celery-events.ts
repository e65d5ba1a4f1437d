import {
  invalidOption,
  labelValue,
  type ProblemListener,
  type TaskEventSource,
  type TaskRecorder,
  UNKNOWN_VALUE,
} from "@taskvitals/core";
import type { CeleryEvent } from "./celery-event.ts";
import { celeryNames } from "./channels.ts";
import { type DuplicableClient, type EventClientOpener, eventClientOpener } from "./event-client.ts";
import { EventReader } from "./event-reader.ts";
import { inspectWorkers, type WorkerAnswer } from "./inspection.ts";
import { Subscription } from "./subscription.ts";
import { WorkerInspector } from "./worker-inspector.ts";

/** How workers are asked for their queues and the size of their pools. This writes to Redis: two requests per round, and a list of replies. */
export interface CeleryInspectOptions {
  /** Seconds between two rounds; new workers are asked at once. At least 1. Default 60. */
  readonly intervalSeconds?: number | undefined;
  /** Seconds that a round waits for replies. More than 0, at most 60. Default 1. */
  readonly timeoutSeconds?: number | undefined;
}

/** Options of {@link observeCeleryEvents}. */
export interface CeleryEventsOptions {
  /** Name of the broker, as the user gave it. */
  readonly broker: string;
  /**
   * The `redis://` or `rediss://` URL of Celery's broker, or a client (`Redis` of ioredis 5 or 6, not a Cluster), which is copied with
   * `duplicate()` and never used itself. The number of its database matters: each has events of its own.
   */
  readonly connection: string | DuplicableClient;
  /** Path of the option the connection came from, such as `redis` or `brokers.jobs`; part of error messages. */
  readonly path: string;
  /** Where tasks are recorded. */
  readonly tasks: TaskRecorder;
  /** `global_keyprefix` of `broker_transport_options`. Default empty. */
  readonly globalKeyprefix?: string | undefined;
  /** `event_exchange` of the application. Default `celeryev`. */
  readonly eventExchange?: string | undefined;
  /** `control_exchange` of the application; used by {@link inspect} alone. Default `celery`. */
  readonly controlExchange?: string | undefined;
  /** Queues by name of task, for tasks whose queue neither the producer announces nor the worker tells. Default none. */
  readonly taskQueues?: Readonly<Record<string, string>> | undefined;
  /** `queue` labels by name of queue, where they differ. Default: the name. */
  readonly queueLabels?: Readonly<Record<string, string>> | undefined;
  /** Whether workers are asked for their queues and the size of their pools, and how. Default `false`: nothing is ever written. */
  readonly inspect?: false | CeleryInspectOptions | undefined;
  /** Seconds without a heartbeat after which a worker is gone. At least 1. Default 30: Celery sends one every 2 seconds. */
  readonly workerTimeoutSeconds?: number | undefined;
  /** Tasks that are remembered from the time they are sent or received until they end. A whole number of at least 1. Default 100 000. */
  readonly maxTasks?: number | undefined;
  /**
   * What {@link CeleryEvents.position} of an earlier reader said: this one goes on from there. What it cannot read of it is not known. Default: a
   * reader that begins.
   */
  readonly kept?: unknown;
  /**
   * Told of every event that is read, once, with the Unix time at which it was read in milliseconds. An event holds whatever who sent it wrote, arguments
   * and results included: keep nothing of it that is not needed. Must not throw. Default: nobody.
   */
  readonly onEvent?: ((event: CeleryEvent, readAtMs: number) => void) | undefined;
  /** Told of what cannot be read, and of workers that send no events. */
  readonly onProblem: ProblemListener;
  /** Unix time in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Loads ioredis, for a URL. Default: `import("ioredis")`. */
  readonly importIoredis?: (() => Promise<unknown>) | undefined;
}

/** Events that are being read. */
export interface CeleryEvents extends TaskEventSource, AsyncDisposable {
  /** Whether events can be read at this moment. */
  readonly connected: boolean;
  /** Tasks that are remembered at this moment, at most `maxTasks`. */
  readonly trackedTasks: number;
  /** Names of the workers that run tasks and send no events about them: they were started without `-E`. For a log, never a label. */
  silentWorkers(): readonly string[];
  /** Names of the workers that are there by their heartbeats, which also those send that were started without `-E`. For a log, never a label. */
  workerNames(): readonly string[];
  /** Those of them that have sent an event about a task: they were started with `-E`. For a log, never a label. */
  announcingWorkers(): readonly string[];
  /**
   * What the workers that are there answered about their queues and the size of their pools, by their names; empty where they are not asked. For a log,
   * or a name that is not ours, never a label.
   */
  workerAnswers(): ReadonlyMap<string, WorkerAnswer>;
  /**
   * Where it is, as plain data that survives JSON, of the same moment as what was recorded. Keep both together, and give this to the next reader as
   * `kept`: it counts as missed what ended meanwhile, of workers that are still there. Free of task names, ids and arguments.
   */
  position(): unknown;
  /** Ends it: the runs it opened are released, its connection is closed. Idempotent. */
  shutdown(): Promise<void>;
}

const SWEEP_MS = 500;
const SETTLE_MS = 100;

/**
 * Reads the events of Celery workers that were started with `-E`, and records their tasks. Nothing is written to Redis unless
 * `inspect` is asked for. A server that is absent is no error: it is connected to when it comes.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when an option is not acceptable, `MISSING_PACKAGE` when a URL is given and ioredis is
 * not installed
 */
export async function observeCeleryEvents(options: CeleryEventsOptions): Promise<CeleryEvents> {
  check(options);
  const importIoredis = options.importIoredis ?? (() => import("ioredis"));
  const opener = await eventClientOpener(options.connection, options.path, importIoredis);
  return new Observation(options, opener);
}

class Observation implements CeleryEvents {
  readonly broker: string;
  readonly #reader: EventReader;
  readonly #subscription: Subscription;
  readonly #inspector: WorkerInspector | undefined;
  readonly #now: () => number;
  readonly #workerTimeoutMs: number;
  readonly #timers: readonly NodeJS.Timeout[];
  #connectedMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: CeleryEventsOptions, { database, open }: EventClientOpener) {
    const { broker, tasks, onProblem, now = Date.now } = options;
    this.broker = broker;
    this.#now = now;
    this.#workerTimeoutMs = (options.workerTimeoutSeconds ?? 30) * 1000;
    const labels = new Map(Object.entries(options.queueLabels ?? {}));
    const label = (queue: string): string => labelValue(labels.get(queue) ?? queue);
    const names = celeryNames({
      database,
      keyprefix: options.globalKeyprefix ?? "",
      eventExchange: options.eventExchange ?? "celeryev",
      controlExchange: options.controlExchange ?? "celery",
    });
    const problem = (text: string): void => onProblem("read_events", `Broker "${broker}": ${text}`);
    const { inspect = false } = options;
    if (inspect !== false) {
      const { intervalSeconds = 60, timeoutSeconds = 1 } = inspect;
      const expected = (): number => this.#reader.nodes().length;
      this.#inspector = new WorkerInspector({
        tasks,
        label,
        intervalMs: intervalSeconds * 1000,
        ask: () =>
          inspectWorkers(open, names, { timeoutMs: timeoutSeconds * 1000, expected, nowSeconds: () => now() / 1000 }),
        nodes: () => this.#reader.nodes(),
        onFailure: (why) => problem(`Celery workers could not be asked for their queues: ${why}`),
      });
    }
    this.#reader = new EventReader({
      ...{ broker, tasks, label, onProblem },
      taskQueues: new Map(Object.entries(options.taskQueues ?? {})),
      workerTimeoutMs: this.#workerTimeoutMs,
      maxTasks: options.maxTasks ?? 100_000,
      isAsking: this.#inspector !== undefined,
      queuesOf: (node) => this.#inspector?.queuesOf(node),
      isAwaited: (node) => this.#inspector?.isAwaited(node) ?? false,
      onEvent: options.onEvent,
      onWorker: () => this.#inspector?.wake(),
      kept: options.kept,
    });
    this.#subscription = new Subscription({
      open,
      patterns: [names.eventPattern],
      channels: [names.eventChannel],
      onMessage: (message) => this.#reader.read(message, now()),
      onConnected: () => {
        this.#connectedMs = now();
        this.#reader.wasBlind(now());
        this.#inspector?.wake();
      },
      onLost: (why) => problem(`Celery's events cannot be read: ${why}`),
    });
    this.#timers = [
      setInterval(() => this.#sweep(), SWEEP_MS).unref(),
      setInterval(() => this.#reader.settleOverdue(now()), SETTLE_MS).unref(),
    ];
  }

  get connected(): boolean {
    return this.#subscription.connected;
  }

  get lastEventAtSeconds(): number | undefined {
    const { lastEventMs } = this.#reader;
    return lastEventMs === undefined ? undefined : lastEventMs / 1000;
  }

  get missed(): number {
    return this.#reader.missed;
  }

  get trackedTasks(): number {
    return this.#reader.trackedTasks;
  }

  workers(): ReadonlyMap<string, number> {
    if (this.#closed || !this.connected) return new Map();
    const workers = this.#reader.workers();
    // Whoever was there would have sent a heartbeat by now.
    const hasListened = this.#now() - this.#connectedMs >= this.#workerTimeoutMs;
    return workers.size === 0 && hasListened ? new Map([[UNKNOWN_VALUE, 0]]) : workers;
  }

  position(): unknown {
    return this.#reader.position();
  }

  silentWorkers(): readonly string[] {
    return this.#reader.silentWorkers();
  }

  workerNames(): readonly string[] {
    return this.#reader.nodes();
  }

  announcingWorkers(): readonly string[] {
    return this.#reader.announcingWorkers();
  }

  workerAnswers(): ReadonlyMap<string, WorkerAnswer> {
    return new Map(
      this.#reader.nodes().flatMap((node) => {
        const answer = this.#inspector?.answerOf(node);
        return answer === undefined ? [] : [[node, answer] as const];
      }),
    );
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#subscription.close();
    this.#inspector?.close();
    this.#reader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #sweep(): void {
    // Who is not heard of while nobody can be heard is not gone.
    if (this.connected) this.#reader.sweep(this.#now());
    this.#inspector?.sweep();
  }
}

function check(options: CeleryEventsOptions): void {
  const { workerTimeoutSeconds = 30, maxTasks = 100_000, inspect = false } = options;
  const number = (path: string, value: unknown, isRight: boolean, expected: string): void => {
    if (typeof value !== "number" || !isRight) throw invalidOption({ path, value, expected });
  };
  const isSeconds = workerTimeoutSeconds >= 1 && workerTimeoutSeconds <= 86_400;
  number("workerTimeoutSeconds", workerTimeoutSeconds, isSeconds, "a number of seconds from 1 to 86400");
  number("maxTasks", maxTasks, Number.isSafeInteger(maxTasks) && maxTasks >= 1, "a whole number of at least 1");
  if (inspect === false) return;
  const { intervalSeconds = 60, timeoutSeconds = 1 } = inspect;
  const isInterval = intervalSeconds >= 1 && intervalSeconds <= 86_400;
  number("inspect.intervalSeconds", intervalSeconds, isInterval, "a number of seconds from 1 to 86400");
  const isTimeout = timeoutSeconds > 0 && timeoutSeconds <= 60;
  number("inspect.timeoutSeconds", timeoutSeconds, isTimeout, "a number of seconds above 0, at most 60");
}
