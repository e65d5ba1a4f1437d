/**
 * Why a reading failed; the `reason` label.
 *
 * - `timeout`: no answer within the deadline, or an earlier reading is still unanswered.
 * - `refused`: no connection to the server.
 * - `auth`: the server wants other credentials or forbids the command.
 * - `wrong_type`: the key holds another type than the layout has there.
 * - `loading`: the server is up and still loading its data.
 * - `error`: anything else.
 */
export type ReadFailureReason = "timeout" | "refused" | "auth" | "wrong_type" | "loading" | "error";

/** A queue that was read. */
export interface QueueReading {
  /** Distinguishes a reading from a failure. */
  readonly ok: true;
  /** The `queue` label. */
  readonly queue: string;
  /** Tasks ready to run and not yet taken, at the moment of the reading. */
  readonly ready: number;
  /** Unix time at which the answer arrived, in seconds. */
  readonly readAtSeconds: number;
}

/** A queue that could not be read. */
export interface QueueReadFailure {
  /** Distinguishes a failure from a reading. */
  readonly ok: false;
  /** The `queue` label. */
  readonly queue: string;
  /** Why there is no reading. */
  readonly reason: ReadFailureReason;
  /** One line for a log, free of credentials. */
  readonly detail: string;
}

/**
 * Reads the queues of one broker.
 *
 * `read()` never rejects and settles within the reader's own deadline, whatever the broker does. It answers for each of
 * the queues the reader had when it was called, in no particular order, with a reading or a failure: one queue that fails takes
 * no other with it. Calls may overlap; a reader sends nothing while an earlier reading is unanswered and answers `timeout`.
 * It only reads: no command it sends changes the broker.
 */
export interface QueueReader {
  /** Name of the broker, as the user gave it; never a URL or a host. */
  readonly broker: string;
  /** Whether the queue with this label is one of the reader's now. */
  has(queue: string): boolean;
  /** Reads every queue once. */
  read(): Promise<readonly (QueueReading | QueueReadFailure)[]>;
  /** Ends the reader; closes what it opened itself and nothing else. Idempotent, bounded in time, never rejects. */
  shutdown(): Promise<void>;
}
