import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import { contract } from "./contract.ts";
import { createObservableGauge } from "./instruments.ts";
import type { QueueActivity } from "./open-runs.ts";

/** What runs now in a process. */
export interface TaskActivitySource {
  /** One entry per queue that the process knows, in no particular order. */
  activities(): readonly QueueActivity[];
  /** Task slots by queue, for those queues of which they were told. */
  concurrency(): ReadonlyMap<string, number>;
}

/**
 * Registers the gauges of what runs now. Returns a function that takes them back.
 *
 * @param summed - meter of the gauges that are added up over all processes. Default: the same
 */
export function observeTaskActivity(meter: Meter, source: TaskActivitySource, summed: Meter = meter): () => void {
  const active = createObservableGauge(summed, contract.taskActive);
  const concurrency = createObservableGauge(summed, contract.taskConcurrency);
  const oldest = createObservableGauge(meter, contract.oldestActive);
  const observeSums: BatchObservableCallback = (result) => {
    for (const activity of source.activities()) result.observe(active, activity.active, { queue: activity.queue });
    for (const [queue, slots] of source.concurrency()) result.observe(concurrency, slots, { queue });
  };
  const observeOldest: BatchObservableCallback = (result) => {
    for (const { queue, oldestSeconds } of source.activities()) result.observe(oldest, oldestSeconds, { queue });
  };
  summed.addBatchObservableCallback(observeSums, [active, concurrency]);
  meter.addBatchObservableCallback(observeOldest, [oldest]);
  return () => {
    summed.removeBatchObservableCallback(observeSums, [active, concurrency]);
    meter.removeBatchObservableCallback(observeOldest, [oldest]);
  };
}
