/** What a threshold may differ by: the whole platform has one value, or each queue, or each task and queue, may have its own. */
export type ThresholdScope = "platform" | "queue" | "task";

/** Units of thresholds. */
export type ThresholdUnit = "s" | "ratio" | "tasks" | "events" | "%" | "factor";

/** One threshold: a number, and why it is that one. */
export interface ThresholdDefinition {
  /** Unit of the value. `ratio` is from 0 to 1, `%` from 0 to 100, `factor` a multiple of something. */
  readonly unit: ThresholdUnit;
  /** Value where nothing else is said. */
  readonly default: number;
  /** Least value that is accepted. */
  readonly min: number;
  /** Greatest value that is accepted. */
  readonly max: number;
  /** Whether a queue or a task may have a value of its own. */
  readonly scope: ThresholdScope;
  /** What it limits, and why the default is what it is. */
  readonly reason: string;
}
