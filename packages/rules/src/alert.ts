import type { RuleQueries } from "./rule-scope.ts";
import type { Severity } from "./threshold-settings.ts";
import type { ThresholdName, ThresholdValues } from "./thresholds.ts";

/** One alert, before a platform's labels and limits are put in. */
export interface AlertDefinition {
  /** Name, and heading of its runbook. */
  readonly name: string;
  /** Which file and group it stands in. */
  readonly group: "tasks" | "queues" | "workers" | "brokers" | "telemetry";
  /** How urgent it is. */
  readonly severity: Severity;
  /** How long the condition must hold, in seconds. What looks back over a window of its own needs little. */
  readonly forSeconds: number;
  /** What the alert is about, and so by what it may be split: its series carry these labels. */
  readonly subject: "task" | "queue" | "broker" | "target" | "platform";
  /** The thresholds that its expression uses. */
  readonly thresholds: readonly ThresholdName[];
  /** What is wrong, in one line with the labels; a template of Prometheus. */
  readonly summary: string;
  /** The number and what it means, for who is called; a template of Prometheus, in which `$value` is the expression's. */
  readonly description: (values: ThresholdValues) => string;
  /** The condition. */
  expr(queries: RuleQueries, values: ThresholdValues): string;
}
