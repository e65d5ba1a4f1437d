import type { ThresholdName } from "@taskvitals/rules";
import { alerts } from "@taskvitals/rules";

const thresholds: { readonly [Name in ThresholdName]?: number } = {
  rateWindowSeconds: 6,
  failureMinTasks: 10,
  failureWindowSeconds: 15,
  growthMinTasks: 20,
  growthWindowSeconds: 9,
  stuckSeconds: 16,
  saturationRatio: 0.7,
  staleReadingSeconds: 8,
  // The slow broker answers after 150 ms, well within the deadline of the API's readings; on a busy machine any other may take half of that.
  brokerPingSeconds: 0.12,
};

/** How long a condition must hold, where it is not {@link HOLDS_SECONDS}. */
const holds: Readonly<Record<string, number>> = {
  // Until a burst has ended and the slope over a third of the window shows it.
  TaskQueueGrowing: 6,
  TaskSlotsExhausted: 6,
  // On a busy machine a page may come too late once.
  TaskTargetDown: 5,
  // Rules are evaluated before the first pages are read.
  TaskMetricsAbsent: 20,
};
const HOLDS_SECONDS = 2;

/** The limits of the staging, as a thresholds file: conditions that take minutes on a platform show within seconds. */
export const stagedLimits: object = {
  thresholds,
  queues: { late: { oldestTaskSeconds: 5 } },
  forSeconds: Object.fromEntries(alerts.map(({ name }) => [name, holds[name] ?? HOLDS_SECONDS])),
};
