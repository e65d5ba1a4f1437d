import type { BatchObservableCallback, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import { BrokerCollection, type ReaderResult } from "./broker-collection.ts";
import { contract } from "./contract.ts";
import { createCounter, createObservableCounter, createObservableGauge } from "./instruments.ts";
import { LoopShare } from "./loop-share.ts";
import type { ProblemListener } from "./problem.ts";
import type { BrokerHealth, QueueReader, QueueReading, ReadProblem, TotalKind, TotalReading } from "./queue-reader.ts";
import { TASK_STATES } from "./task-state.ts";

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
  /**
   * Whether this process is the one that reports counters that live in the broker; asked at each collection, before anything else. Default: it
   * is. Of several replicas only one may, or their sum would be a multiple.
   */
  readonly reportsTotals?: (() => boolean) | undefined;
  /** Told of everything that could not be read, at each reading, once it is counted. Must not throw. */
  readonly onReadProblem?: ((broker: string, queue: string, problem: ReadProblem) => void) | undefined;
}

/** Reports the queues of all readers as gauges. */
export interface QueueObserver {
  /** Makes the next collection read anew; for when a queue was added or removed. */
  invalidate(): void;
  /**
   * The queues that could be read: the reading that collections of this moment report, or a new one where the last is too old. Never rejects.
   */
  readings(): Promise<readonly QueueReading[]>;
  /** Takes the gauges back. */
  close(): void;
}

/**
 * Registers the gauges of queues and brokers. What could not be read has no sample in that collection. However many queues there
 * are, the event loop is given back every few milliseconds.
 */
export function createQueueObserver(options: QueueObserverOptions): QueueObserver {
  const { observables } = options;
  const readErrors = createCounter(options.meter, contract.queueReadError);
  const collection = new BrokerCollection({
    readers: options.readers,
    shareMs: options.shareMs ?? 1000,
    now: options.now ?? (() => performance.now()),
    onProblem: options.onProblem,
    onReadProblem: (reader, queue, problem) => {
      readErrors.add(1, { queue, reason: problem.reason });
      options.onReadProblem?.(reader.broker, queue, problem);
    },
  });
  const report = createReport(observables);
  const observe: BatchObservableCallback = async (into) => {
    const share = new LoopShare();
    options.reportsTotals?.();
    const results = await collection.results();
    // Reading takes time in which it may have become another's turn.
    const reportsTotals = options.reportsTotals?.() ?? true;
    for (const result of results) {
      for (const queue of result.reading.queues) {
        // The reading may be older than the removal of the queue.
        if (queue.ok && result.reader.has(queue.queue)) report.queue(into, queue);
        if (share.isUsed()) await share.pause();
      }
      if (reportsTotals) for (const total of result.reading.totals) report.total(into, total);
      report.broker(into, result);
    }
  };
  observables.addBatchObservableCallback(observe, [...report.instruments]);
  return {
    invalidate: () => collection.invalidate(),
    readings: async () => readable(await collection.results()),
    close: () => observables.removeBatchObservableCallback(observe, [...report.instruments]),
  };
}

function readable(results: readonly ReaderResult[]): readonly QueueReading[] {
  return results.flatMap(({ reader, reading }) =>
    // The reading may be older than the removal of the queue.
    reading.queues.flatMap((queue) => (queue.ok && reader.has(queue.queue) ? [queue] : [])),
  );
}

interface Report {
  readonly instruments: readonly Observable[];
  queue(into: BatchObservableResult, reading: QueueReading): void;
  total(into: BatchObservableResult, total: TotalReading): void;
  broker(into: BatchObservableResult, result: ReaderResult): void;
}

function createReport(meter: Meter): Report {
  const ofQueue = {
    length: createObservableGauge(meter, contract.queueLength),
    tasks: createObservableGauge(meter, contract.queueTasks),
    oldestAge: createObservableGauge(meter, contract.queueOldestAge),
    paused: createObservableGauge(meter, contract.queuePaused),
    workers: createObservableGauge(meter, contract.workers),
    readAt: createObservableGauge(meter, contract.queueReadTimestamp),
  };
  const ofBroker = {
    up: createObservableGauge(meter, contract.brokerUp),
    ping: createObservableGauge(meter, contract.brokerPing),
    memory: createObservableGauge(meter, contract.brokerMemory),
    memoryLimit: createObservableGauge(meter, contract.brokerMemoryLimit),
    unacked: createObservableGauge(meter, contract.brokerUnacked),
  };
  // Counters of the recorder's own names: the meter shows both under one name.
  const totals: Readonly<Record<TotalKind, Observable>> = {
    success: createObservableCounter(meter, contract.taskSuccess),
    failure: createObservableCounter(meter, contract.taskFailure),
    retry: createObservableCounter(meter, contract.taskRetry),
    stalled: createObservableCounter(meter, contract.taskStalled),
  };

  return {
    instruments: [...Object.values(ofQueue), ...Object.values(ofBroker), ...Object.values(totals)],
    queue(into, reading) {
      const { queue, ready, states } = reading;
      const labels = { queue };
      observeKnown(into, ofQueue.length, ready, labels);
      for (const state of TASK_STATES) {
        const tasks = state === "ready" ? ready : states[state];
        if (tasks !== undefined) into.observe(ofQueue.tasks, tasks, { queue, state });
      }
      observeKnown(into, ofQueue.oldestAge, reading.oldestAgeSeconds, labels);
      observeKnown(into, ofQueue.paused, flag(reading.paused), labels);
      observeKnown(into, ofQueue.workers, reading.workers, labels);
      into.observe(ofQueue.readAt, reading.readAtSeconds, labels);
    },
    total(into, { counter, task, queue, value }) {
      into.observe(totals[counter], value, task === undefined ? { queue } : { task, queue });
    },
    broker(into, { reader, reading }) {
      const labels = { broker: reader.broker };
      const { up, pingSeconds, memoryBytes, memoryLimitBytes }: Partial<BrokerHealth> = reading.health ?? {};
      observeKnown(into, ofBroker.up, flag(up), labels);
      observeKnown(into, ofBroker.ping, pingSeconds, labels);
      observeKnown(into, ofBroker.memory, memoryBytes, labels);
      observeKnown(into, ofBroker.memoryLimit, memoryLimitBytes, labels);
      observeKnown(into, ofBroker.unacked, reading.unacked, labels);
    },
  };
}

function observeKnown(
  into: BatchObservableResult,
  gauge: Observable,
  value: number | undefined,
  labels: Readonly<Record<string, string>>,
): void {
  if (value !== undefined) into.observe(gauge, value, labels);
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
