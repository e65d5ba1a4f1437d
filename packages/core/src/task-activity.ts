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

/** Registers the gauges of what runs now. Returns a function that takes them back. */
export function observeTaskActivity(meter: Meter, source: TaskActivitySource): () => void {
  const active = createObservableGauge(meter, contract.taskActive);
  const concurrency = createObservableGauge(meter, contract.taskConcurrency);
  const oldest = createObservableGauge(meter, contract.oldestActive);
  const gauges = [active, concurrency, oldest];
  const observe: BatchObservableCallback = (result) => {
    for (const activity of source.activities()) {
      const labels = { queue: activity.queue };
      result.observe(active, activity.active, labels);
      result.observe(oldest, activity.oldestSeconds, labels);
    }
    for (const [queue, slots] of source.concurrency()) result.observe(concurrency, slots, { queue });
  };
  meter.addBatchObservableCallback(observe, gauges);
  return () => meter.removeBatchObservableCallback(observe, gauges);
}
