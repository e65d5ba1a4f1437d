import type { BrokerVerdict, QueueCause, QueueVerdict } from "@taskvitals/rules";

/*
 * What the server tells the page. Everything that is not known is absent in JSON, which is never the same as 0; in curves it is `null`.
 * Names of queues, tasks and brokers are anything a user's data may hold.
 */

/** Everything that is true now. One is computed per tick, and only while somebody looks. */
export interface LiveState {
  /** When the readings were taken, in Unix seconds. */
  readonly at: number;
  /** Seconds until the next readings, about. */
  readonly tickSeconds: number;
  /** Since when this process keeps readings, in Unix seconds; at most the length of the curves back. */
  readonly since: number;
  /** Whose numbers these are. */
  readonly about: LiveAbout;
  /** Why the newest readings could not be taken, in words; absent where they could. What is shown is then what was known before. */
  readonly failure?: string | undefined;
  /** The three questions. */
  readonly answers: LiveAnswers;
  /** What the other numbers leave out, by kind and name; mostly none. */
  readonly doubts: readonly Doubt[];
  /** The worst first, then by name. */
  readonly brokers: readonly BrokerRow[];
  /** The worst first, then by name. */
  readonly queues: readonly QueueRow[];
  /** By queue and task. */
  readonly tasks: readonly TaskRow[];
  /** This process and its machine. */
  readonly process: ProcessRow;
}

/** Whose numbers are shown. */
export interface LiveAbout {
  /** Name of the service. */
  readonly service: string;
  /** Id of the process. */
  readonly pid: number;
  /** Whose tasks are counted: those of this process, or of all processes that share their totals. */
  readonly tasksOf: "process" | "platform";
  /** Path of the metrics page, such as `/metrics`. */
  readonly metricsPath: string;
}

/** The three questions. */
export interface LiveAnswers {
  /** Is it healthy? `unknown` where nothing is known of any queue or task yet. */
  readonly health: "healthy" | "attention" | "unknown";
  /** How many queues have each verdict, without those that are 0. */
  readonly queuesBy: Readonly<Partial<Record<LiveQueueVerdict, number>>>;
  /** How many brokers have each verdict, without those that are 0. */
  readonly brokersBy: Readonly<Partial<Record<BrokerVerdict, number>>>;
  /** Where is it stuck? Queues that are neither healthy nor `unread`, the worst first, five at most; their rows say why. */
  readonly stuck: readonly string[];
  /** Do we need more workers? */
  readonly scale: ScaleAnswer;
}

/**
 * Whether more workers would help.
 *
 * - `out`: yes, for `queues`: work waits and no worker is there, or all slots are busy and more arrives than they work off.
 * - `look`: work waits for too long or grows, and slots are free or nobody knows: workers alone may not help.
 * - `enough`: every queue is read and none needs more.
 * - `unknown`: some queue is not read, or work waits in one of which nobody tells whether a worker is there.
 */
export interface ScaleAnswer {
  /** See above. */
  readonly answer: "out" | "look" | "enough" | "unknown";
  /** The queues in question, the worst first, five at most. */
  readonly queues: readonly string[];
  /** Tasks that run, of all queues whose slots are known. */
  readonly active?: number | undefined;
  /** Slots of those queues. */
  readonly slots?: number | undefined;
}

/** A reason to doubt the numbers: something that the process itself counted, in the last quarter of an hour. */
export interface Doubt {
  /**
   * What happened.
   *
   * - `events_missed`: task events that are in no counter
   * - `series_refused`: the limit of series was reached; what it refused is counted without its task and queue
   * - `vitals_failed`: taskvitals itself failed at something
   */
  readonly doubt: "events_missed" | "series_refused" | "vitals_failed";
  /** The broker, the instrument or the operation. */
  readonly of: string;
  /** How often. */
  readonly count: number;
}

/** One broker. */
export interface BrokerRow {
  /** The `broker` label. */
  readonly broker: string;
  /** The doctor's verdict. */
  readonly verdict: BrokerVerdict;
  /** The decisive observation, in English. */
  readonly because: string;
  /** What to do next, in English; absent for a healthy broker. */
  readonly next?: string | undefined;
  /** The alert that says the same, and names its runbook. */
  readonly alert?: string | undefined;
  /** Round trip of a ping, in seconds. */
  readonly pingSeconds?: number | undefined;
  /** Memory that it uses, in bytes. */
  readonly memoryBytes?: number | undefined;
  /** Limit of that memory, in bytes; absent where there is none. */
  readonly memoryLimitBytes?: number | undefined;
  /** Tasks delivered and not acknowledged, where the framework keeps that per database, as Celery does: those that run, that workers hold ready, and that died with their worker. */
  readonly unacked?: number | undefined;
}

/** What is counted of attempts: of a queue or of one task of it. */
export interface CountedRow {
  /** Tasks that ended per second, over the last minute. */
  readonly perSecond?: number | undefined;
  /** Share of the tasks that ended which failed for good, 0 to 1, over the window of the alert; absent where none ended. */
  readonly failureRatio?: number | undefined;
  /** Tasks that ended in that window. */
  readonly ended?: number | undefined;
  /** Attempts of that window that will be tried again. */
  readonly retried?: number | undefined;
  /** 95 of 100 waited no longer than this, over the last one to two minutes, in seconds; absent where none started. */
  readonly waitP95?: number | undefined;
  /** 95 of 100 ran no longer than this, over the last one to two minutes, in seconds; absent where none ended. */
  readonly runP95?: number | undefined;
}

/** A verdict of the doctor, or `unread`: its tasks are counted here and no more is known of it, and nothing is wrong with them. */
export type LiveQueueVerdict = QueueVerdict | "unread";

/** One queue. */
export interface QueueRow extends CountedRow {
  /** The `queue` label. */
  readonly queue: string;
  /** What is the matter with it. */
  readonly verdict: LiveQueueVerdict;
  /** Why, in one word; absent for a healthy queue. */
  readonly cause?: QueueCause | undefined;
  /** The decisive observation, in English. */
  readonly because: string;
  /** What to do next, in English; absent for a healthy queue. */
  readonly next?: string | undefined;
  /** The alert that says the same, and names its runbook. */
  readonly alert?: string | undefined;
  /** Why it cannot be read, as the readers count it: `refused`, `timeout`, `auth`, `wrong_type` …; absent where it can. */
  readonly reason?: string | undefined;
  /** When it was last read, in Unix seconds: whole ones, so that a row changes only when something does. Absent where it never was. */
  readonly readAt?: number | undefined;
  /** Tasks ready and not yet taken. */
  readonly ready?: number | undefined;
  /** Age of the oldest ready task, in seconds; 0 while none is. */
  readonly oldestAgeSeconds?: number | undefined;
  /** Tasks that run. */
  readonly active?: number | undefined;
  /** Task slots of the workers that are known. */
  readonly slots?: number | undefined;
  /** Workers that are alive. */
  readonly workers?: number | undefined;
  /** Tasks that wait for a time to come. */
  readonly delayed?: number | undefined;
  /** Delayed tasks whose time has come and which nobody made ready. */
  readonly overdue?: number | undefined;
  /** Whether it is paused. */
  readonly paused?: boolean | undefined;
}

/** One task of a queue. */
export interface TaskRow extends CountedRow {
  /** The `queue` label. */
  readonly queue: string;
  /** The `task` label. */
  readonly task: string;
}

/** This process and its machine. */
export interface ProcessRow {
  /** CPU in use on the host or container, 0 to 100. */
  readonly cpuPercent?: number | undefined;
  /** Resident memory of the process, in units of 1024^3 bytes. */
  readonly memoryGigabytes?: number | undefined;
  /** Share of the time in which the event loop was busy since the last tick, 0 to 1. */
  readonly loopBusy?: number | undefined;
}

/** What became different since the state before it. A row that is here replaces the one of its name. */
export interface LiveChange extends Omit<LiveState, "queues" | "tasks"> {
  /** Rows that are new or changed. */
  readonly queues: readonly QueueRow[];
  /** Rows that are new or changed. */
  readonly tasks: readonly TaskRow[];
  /** Queues that are no longer there. */
  readonly goneQueues: readonly string[];
  /** Tasks that are no longer there, as `[queue, task]`. */
  readonly goneTasks: readonly (readonly [queue: string, task: string])[];
  /** Order of all queues, where it changed. */
  readonly order?: readonly string[] | undefined;
}

/** Names of the curves of the whole. */
export const PLATFORM_CURVES = [
  "ready",
  "oldestAgeSeconds",
  "active",
  "slots",
  "perSecond",
  "failedPerSecond",
  "cpuPercent",
  "memoryGigabytes",
  "loopBusy",
] as const;
/** Names of the curves of one queue. */
export const QUEUE_CURVES = [
  "ready",
  "oldestAgeSeconds",
  "active",
  "slots",
  "perSecond",
  "failedPerSecond",
  "waitP95",
  "runP95",
] as const;
/** Names of the curves of one task. */
export const TASK_CURVES = ["perSecond", "failedPerSecond", "waitP95", "runP95"] as const;

/** The last quarter of an hour: of the whole, of one queue, or of one task. Unknown is `null`. */
export interface LiveHistory {
  /** When the readings were taken, in Unix seconds, oldest first. */
  readonly at: readonly number[];
  /** One value per reading, by curve. */
  readonly curves: Readonly<Record<string, readonly (number | null)[]>>;
}

/**
 * Where the page gets what it shows; all answer GET, JSON but for the stream. The document asks for `.` and the path, relative to where it is itself: an application
 * may mount it below any prefix that ends with `/`.
 */
export const LIVE_PATHS = {
  /** The document. */
  document: "/",
  /** A {@link LiveState}. */
  state: "/live/state",
  /** Server-Sent Events: one `state` with a {@link LiveState}, then a `change` with a {@link LiveChange} per tick. 503 where too many look. */
  events: "/live/events",
  /** A {@link LiveHistory}: of the whole, or with `?queue=`, or with `?queue=&task=`. 404 for what is not known. */
  history: "/live/history",
} as const;
