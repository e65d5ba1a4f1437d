import { type ProblemOperation, TASK_STATES } from "@taskvitals/core";
import { type BindableMeterProvider, createMeterProvider, type RefusalReason } from "@taskvitals/meter";
import type { ProblemLog } from "../problem-log.ts";

/** How long one callback of an observable may hold up a collection, in milliseconds: eight times a reading of Redis. */
export const CALLBACK_TIMEOUT_MS = 2000;

/** What a refusal is counted as; a full instrument has a metric of its own. */
const OPERATIONS: Partial<Record<RefusalReason, ProblemOperation>> = {
  value: "record",
  attribute: "record",
  observation_limit: "observe",
  exposition_clash: "expose",
};

/** How many label sets the instruments of taskvitals may have. */
export interface SeriesLimits {
  /** Of each counter and histogram. */
  readonly maxSeries: number;
  /** Queues; each has one label set of most gauges, and one per state of one of them. */
  readonly maxQueues: number;
}

/** Creates the provider on which the instruments of taskvitals live, telling `problems` what it refuses. */
export function createVitalsProvider(
  { maxSeries, maxQueues }: SeriesLimits,
  problems: ProblemLog,
): BindableMeterProvider {
  return createMeterProvider({
    maxSeries,
    maxObserved: Math.max(maxQueues, maxSeries) * TASK_STATES.length,
    observeTimeoutMs: CALLBACK_TIMEOUT_MS,
    onWarning: ({ message }) => problems.warn(message),
    onRefused: ({ reason }) => {
      const operation = OPERATIONS[reason];
      if (operation !== undefined) problems.count(operation);
    },
  });
}
