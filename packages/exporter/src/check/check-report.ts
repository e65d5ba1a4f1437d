/** What `check` found. */
export interface CheckReport {
  /** `problems` where anything has one. */
  readonly result: "ok" | "problems";
  readonly brokers: readonly BrokerFinding[];
  readonly queues: readonly QueueFinding[];
  readonly counters: readonly CounterFinding[];
  readonly celeryEvents: readonly CeleryFinding[];
  readonly bullmqEvents: readonly BullmqFinding[];
  /** Absent where no file is asked for. */
  readonly totalsFile?: TotalsFileFinding | undefined;
  readonly series: SeriesForecast;
}

/** Something to look at, and what to do about it. */
export interface Finding {
  readonly reason: string;
  readonly detail: string;
  readonly remedy: string;
}

/** One broker. */
export interface BrokerFinding {
  readonly broker: string;
  /** Where it is, without credentials. */
  readonly address: string;
  readonly up: boolean;
  readonly pingSeconds?: number | undefined;
  readonly problems: readonly Finding[];
}

/** One queue. What its framework cannot tell is absent. */
export interface QueueFinding {
  /** The `queue` label. */
  readonly queue: string;
  readonly broker: string;
  /** Tasks ready and not yet taken. */
  readonly length?: number | undefined;
  readonly states: Readonly<Record<string, number>>;
  readonly oldestAgeSeconds?: number | undefined;
  readonly paused?: boolean | undefined;
  readonly workers?: number | undefined;
  readonly problems: readonly Finding[];
}

/** One counter that lives in Redis. */
export interface CounterFinding {
  readonly counter: string;
  readonly task?: string | undefined;
  readonly queue: string;
  readonly value: number;
}

/** The events of Celery on one broker. */
export interface CeleryFinding {
  readonly broker: string;
  /** Whether any event came while `check` listened. */
  readonly seen: boolean;
  /** How long `check` listened, in seconds. */
  readonly listenedSeconds: number;
  /** Names of workers that were heard. All send heartbeats, also those that were started without `-E`. */
  readonly workers: readonly string[];
  /** Those of them that sent an event about a task while `check` listened: they were started with `-E`. */
  readonly announcingWorkers: readonly string[];
  /** Names of workers that run tasks and send no events about them. */
  readonly silentWorkers: readonly string[];
  readonly problems: readonly Finding[];
}

/** The events of BullMQ's queues on one broker. */
export interface BullmqFinding {
  readonly broker: string;
  /** The stream of each queue, and how many entries it holds; absent where it is not there or cannot be read. */
  readonly streams: readonly { readonly queue: string; readonly key: string; readonly entries?: number | undefined }[];
  readonly problems: readonly Finding[];
}

/** The file in which totals survive a restart. */
export interface TotalsFileFinding {
  readonly file: string;
  /** Whether totals of an earlier start are in it. */
  readonly goesOn: boolean;
  readonly problems: readonly Finding[];
}

/** How many series a scrape has, and may come to have. */
export interface SeriesForecast {
  readonly now: number;
  /** Series by metric, now. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Series of each further pair of task and queue that is counted. */
  readonly perTask: number;
  /** Most pairs. */
  readonly maxTasks: number;
  /** Series of each further queue that is discovered; 0 where none is looked for. */
  readonly perDiscoveredQueue: number;
  /** Most series there can be. */
  readonly most: number;
}
