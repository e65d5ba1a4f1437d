import { type ProblemOperation, TASK_STATES } from "@taskvitals/core";
import { type BindableMeterProvider, createMeterProvider, type RefusalReason } from "@taskvitals/meter";
import type { ProblemLog } from "../problem-log.ts";

/** How long a callback of the application may hold up a collection, in milliseconds: eight times a reading of Redis. */
export const CALLBACK_TIMEOUT_MS = 2000;
/** What a reading of Redis takes around its deadline, in milliseconds: a busy event loop, thousands of queues to report. */
const AROUND_READING_MS = 500;

/**
 * How long a callback of ours may take, in milliseconds. A reading has a deadline of its own, and must reach it: cut off before that, even the queues
 * that were read would be lost, and nobody would learn why.
 */
export function readingTimeoutMs(readDeadlineMs: number): number {
  return Math.max(CALLBACK_TIMEOUT_MS, readDeadlineMs + AROUND_READING_MS);
}

/** What a refusal is counted as; a full instrument has a metric of its own. */
const OPERATIONS: Partial<Record<RefusalReason, ProblemOperation>> = {
  value: "record",
  attribute: "record",
  observation_limit: "observe",
  exposition_clash: "expose",
};

/** How many label sets the instruments of taskvitals may have, and how long a reading may take. */
export interface VitalsLimits {
  /** Of each counter and histogram. */
  readonly maxSeries: number;
  /** Queues; each has one label set of most gauges, and one per state of one of them. */
  readonly maxQueues: number;
  /** Deadline of one reading of a broker, in milliseconds. */
  readonly readDeadlineMs: number;
}

/** Creates the provider on which the instruments of taskvitals live, telling `problems` what it refuses. */
export function createVitalsProvider(
  { maxSeries, maxQueues, readDeadlineMs }: VitalsLimits,
  problems: ProblemLog,
): BindableMeterProvider {
  return createMeterProvider({
    maxSeries,
    maxObserved: Math.max(maxQueues, maxSeries) * TASK_STATES.length,
    observeTimeoutMs: readingTimeoutMs(readDeadlineMs),
    onWarning: ({ message }) => problems.warn(message),
    onRefused: ({ reason }) => {
      const operation = OPERATIONS[reason];
      if (operation !== undefined) problems.count(operation);
    },
  });
}
