import type { TaskState } from "./task-state.ts";

/**
 * Why a reading failed, or what it did not find; the `reason` label.
 *
 * - `timeout`: no answer within the deadline, or an earlier reading is still unanswered.
 * - `refused`: no connection to the server.
 * - `auth`: the server wants other credentials or forbids the command.
 * - `wrong_type`: the key holds another type than the layout has there.
 * - `loading`: the server is up and still loading its data.
 * - `framework_missing`: the queue reads 0, and nothing of its framework is in this database under this prefix.
 * - `queue_missing`: the queue reads 0, and its framework has never seen a queue of this name there.
 * - `key_missing`: a counter that lives in the broker is not there, and neither is any other of its task and queue.
 * - `error`: anything else.
 */
export type ReadFailureReason =
  | "timeout"
  | "refused"
  | "auth"
  | "wrong_type"
  | "loading"
  | "framework_missing"
  | "queue_missing"
  | "key_missing"
  | "error";

/** What a reading did not find or could not read. */
export interface ReadProblem {
  /** What kind of problem. */
  readonly reason: ReadFailureReason;
  /** One line for a log, free of credentials and payloads. */
  readonly detail: string;
}

/** A queue that was read. What its framework cannot tell is absent. */
export interface QueueReading {
  /** Distinguishes a reading from a failure. */
  readonly ok: true;
  /** The `queue` label. */
  readonly queue: string;
  /** Tasks ready to run and not yet taken, at the moment of the reading. */
  readonly ready: number | undefined;
  /** Counts of the other states; a task is in one of them. */
  readonly states: Readonly<Partial<Record<TaskState, number | undefined>>>;
  /** How long the oldest ready or overdue task has been so, in seconds; 0 when there is none. */
  readonly oldestAgeSeconds: number | undefined;
  /** Whether the queue is paused. */
  readonly paused: boolean | undefined;
  /** Workers of the queue that are alive by heartbeat. */
  readonly workers: number | undefined;
  /** Unix time at which the answer arrived, in seconds. */
  readonly readAtSeconds: number;
  /** What makes the reading less than it could be. Empty for most. */
  readonly problems: readonly ReadProblem[];
}

/** A queue, or a counter, that could not be read. */
export interface QueueReadFailure extends ReadProblem {
  /** Distinguishes a failure from a reading. */
  readonly ok: false;
  /** The `queue` label. */
  readonly queue: string;
}

/** The health of a broker at the moment of a reading. */
export interface BrokerHealth {
  /** Whether the ping was answered in time; of a Cluster, by every master. */
  readonly up: boolean;
  /** Round trip of the ping, in seconds; of a Cluster, the longest. */
  readonly pingSeconds: number | undefined;
  /** Memory in use, in bytes; of a Cluster, that of the node nearest to its limit. */
  readonly memoryBytes: number | undefined;
  /** Limit of that memory, in bytes; `undefined` when there is none. */
  readonly memoryLimitBytes: number | undefined;
}

/** Kinds of counters that may live in a broker. */
export type TotalKind = "success" | "failure" | "retry" | "stalled";

/** A counter that lives in the broker, kept by the workers themselves. */
export interface TotalReading {
  /** Which counter. */
  readonly counter: TotalKind;
  /** The `task` label; `undefined` for a counter that has none. */
  readonly task: string | undefined;
  /** The `queue` label. */
  readonly queue: string;
  /** Its value. */
  readonly value: number;
}

/** What one reading of a broker found. */
export interface BrokerReading {
  /** One entry per queue, in no particular order; and one failure per counter that could not be read. */
  readonly queues: readonly (QueueReading | QueueReadFailure)[];
  /** Counters that live in the broker. */
  readonly totals: readonly TotalReading[];
  /** The broker itself; `undefined` for a reader that does not look. */
  readonly health: BrokerHealth | undefined;
  /** Tasks delivered and not acknowledged, where the framework keeps that per database. */
  readonly unacked: number | undefined;
}

/**
 * Reads the queues of one broker.
 *
 * `read()` never rejects and settles within the reader's own deadline, whatever the broker does. It answers for each of
 * the queues the reader had when it was called with a reading or a failure: one queue that fails takes
 * no other with it. Calls may overlap; a reader sends nothing while an earlier reading is unanswered and answers `timeout`.
 * It only reads: no command it sends changes the broker.
 */
export interface QueueReader {
  /** Name of the broker, as the user gave it; never a URL or a host. */
  readonly broker: string;
  /** Whether the queue with this label is one of the reader's now. */
  has(queue: string): boolean;
  /** Reads every queue once. */
  read(): Promise<BrokerReading>;
  /** Ends the reader; closes what it opened itself and nothing else. Idempotent, bounded in time, never rejects. */
  shutdown(): Promise<void>;
}
