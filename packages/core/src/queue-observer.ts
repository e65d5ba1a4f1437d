import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import { contract } from "./contract.ts";
import { createCounter, createObservableGauge } from "./instruments.ts";
import type { ProblemListener } from "./problem.ts";
import type { QueueReader, QueueReadFailure, QueueReading } from "./queue-reader.ts";

/** What {@link createQueueObserver} needs. */
export interface QueueObserverOptions {
  /** Meter of the gauges; it must report exactly what a callback observed, nothing older. */
  readonly observables: Meter;
  /** Meter of the counter of failed readings. */
  readonly meter: Meter;
  /** The readers, one per broker; asked anew at each collection. */
  readonly readers: () => Iterable<QueueReader>;
  /** For how long a reading serves later collections, in milliseconds. Default 1000; 0 reads at every collection. */
  readonly shareMs?: number | undefined;
  /** Monotonic clock, in milliseconds. Default: `performance.now()`. */
  readonly now?: (() => number) | undefined;
  /** Told of each reader that broke its promise and rejected. */
  readonly onProblem: ProblemListener;
  /** Told of each queue that could not be read, at each reading, once it is counted. Must not throw. */
  readonly onReadFailure?: ((broker: string, failure: QueueReadFailure) => void) | undefined;
}

/** Reports the queues of all readers as gauges. */
export interface QueueObserver {
  /** Makes the next collection read anew; for when a queue was added or removed. */
  invalidate(): void;
  /** Takes the gauges back. */
  close(): void;
}

type Results = readonly { readonly reader: QueueReader; readonly result: QueueReading | QueueReadFailure }[];

/**
 * Registers the gauges of the queues. One reading serves every collection that starts within `shareMs` of it, so that several
 * scrapers and exporters cost the broker one round trip. A queue that could not be read has no sample in that collection.
 */
export function createQueueObserver(options: QueueObserverOptions): QueueObserver {
  const { observables, onProblem } = options;
  const shareMs = options.shareMs ?? 1000;
  const now = options.now ?? (() => performance.now());
  const length = createObservableGauge(observables, contract.queueLength);
  const readAt = createObservableGauge(observables, contract.queueReadTimestamp);
  const readErrors = createCounter(options.meter, contract.queueReadError);
  let shared: { readonly startedAt: number; readonly results: Promise<Results> } | undefined;

  const readAll = async (): Promise<Results> => {
    const perReader = await Promise.all(
      [...options.readers()].map(async (reader) => {
        try {
          return (await reader.read()).map((result) => ({ reader, result }));
        } catch {
          onProblem("read_queue", `The reader of broker "${reader.broker}" failed.`);
          return [];
        }
      }),
    );
    const results = perReader.flat();
    for (const { reader, result } of results) {
      if (result.ok) continue;
      readErrors.add(1, { queue: result.queue, reason: result.reason });
      options.onReadFailure?.(reader.broker, result);
    }
    return results;
  };

  const observe: BatchObservableCallback = async (observation) => {
    if (shared === undefined || now() - shared.startedAt >= shareMs) {
      shared = { startedAt: now(), results: readAll() };
    }
    for (const { reader, result } of await shared.results) {
      // The reading may be older than the removal of the queue.
      if (!result.ok || !reader.has(result.queue)) continue;
      const labels = { queue: result.queue };
      observation.observe(length, result.ready, labels);
      observation.observe(readAt, result.readAtSeconds, labels);
    }
  };
  const gauges = [length, readAt];
  observables.addBatchObservableCallback(observe, gauges);
  return {
    invalidate: () => {
      shared = undefined;
    },
    close: () => observables.removeBatchObservableCallback(observe, gauges),
  };
}
