import type { ProblemListener } from "./problem.ts";
import type { BrokerReading, QueueReader, QueueReadFailure, ReadProblem } from "./queue-reader.ts";

/** What one reader found. */
export interface ReaderResult {
  /** Who read. */
  readonly reader: QueueReader;
  /** What it found. */
  readonly reading: BrokerReading;
}

/** What {@link BrokerCollection} needs. */
export interface BrokerCollectionOptions {
  /** The readers, one per broker; asked anew at each collection. */
  readonly readers: () => Iterable<QueueReader>;
  /** For how long a reading serves later collections, in milliseconds. */
  readonly shareMs: number;
  /** Monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Told of each reader that broke its promise and rejected. */
  readonly onProblem: ProblemListener;
  /** Told of everything that could not be read, once per reading. Must not throw. */
  readonly onReadProblem: (reader: QueueReader, queue: string, problem: ReadProblem) => void;
}

/** A reading that serves several collections. */
interface SharedReading {
  readonly startedAt: number;
  readonly results: Promise<readonly ReaderResult[]>;
  ended: boolean;
}

const NOTHING: BrokerReading = { queues: [], totals: [], health: undefined, unacked: undefined };

/**
 * Reads all brokers. One reading serves every collection that starts within `shareMs` of it, or while it is under way, so that several scrapers
 * and exporters cost the broker one.
 */
export class BrokerCollection {
  readonly #options: BrokerCollectionOptions;
  #shared: SharedReading | undefined;
  /** The last reading, also when nobody is to have it any more. */
  #last: Promise<unknown> = Promise.resolve();

  /** Reads nothing yet. */
  constructor(options: BrokerCollectionOptions) {
    this.#options = options;
  }

  /** The last reading, or a new one when that is too old. Never rejects. */
  results(): Promise<readonly ReaderResult[]> {
    const { now, shareMs } = this.#options;
    const known = this.#shared;
    if (known !== undefined && (!known.ended || now() - known.startedAt < shareMs)) return known.results;
    // A reader has one reading at a time: what was asked for before must end first.
    const results = this.#last.then(() => this.#readAll());
    const shared: SharedReading = { startedAt: now(), results, ended: false };
    this.#last = results.then(() => {
      shared.ended = true;
    });
    this.#shared = shared;
    return results;
  }

  /** Makes the next collection read anew. */
  invalidate(): void {
    this.#shared = undefined;
  }

  async #readAll(): Promise<readonly ReaderResult[]> {
    const { onReadProblem, readers } = this.#options;
    const results = await Promise.all([...readers()].map((reader) => this.#readOne(reader)));
    for (const { reader, reading } of results) {
      for (const queue of reading.queues) {
        for (const problem of problemsOf(queue)) onReadProblem(reader, queue.queue, problem);
      }
    }
    return results;
  }

  async #readOne(reader: QueueReader): Promise<ReaderResult> {
    try {
      return { reader, reading: await reader.read() };
    } catch {
      this.#options.onProblem("read_queue", `The reader of broker "${reader.broker}" failed.`);
      return { reader, reading: NOTHING };
    }
  }
}

function problemsOf(queue: BrokerReading["queues"][number]): readonly (QueueReadFailure | ReadProblem)[] {
  return queue.ok ? queue.problems : [queue];
}
