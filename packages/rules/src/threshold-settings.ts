import type { ThresholdScope } from "./threshold.ts";
import { defaultThresholds, type ThresholdName, type ThresholdValues, thresholds } from "./thresholds.ts";

/** Severities of alerts, the most urgent first. */
export const SEVERITIES = ["critical", "warning", "info"] as const;

/** How urgent an alert is: `critical` wakes somebody, `warning` waits for the morning, `info` is for dashboards. */
export type Severity = (typeof SEVERITIES)[number];

/** Some thresholds, in their units. */
export type SomeThresholds = { readonly [Name in ThresholdName]?: number | undefined };

/** What a platform sets: all values where nothing else is said, and those of single queues and tasks. */
export interface ThresholdSettings {
  /** Values that differ from the defaults. */
  readonly values?: SomeThresholds;
  /** Values of single queues, by the `queue` label. */
  readonly queues?: Readonly<Record<string, SomeThresholds>>;
  /** Values of single tasks, by the `task` label; they win over those of its queue. */
  readonly tasks?: Readonly<Record<string, SomeThresholds>>;
  /** How long a condition must hold before its alert fires, in seconds, by the alert's name. */
  readonly forSeconds?: Readonly<Record<string, number>>;
  /** Severities that differ, by the alert's name. */
  readonly severities?: Readonly<Record<string, Severity>>;
  /** Names of alerts that are not wanted. */
  readonly disabled?: readonly string[];
}

/** What thresholds are asked for. */
export interface ThresholdSubject {
  /** The `queue` label, where there is one. */
  readonly queue?: string | undefined;
  /** The `task` label, where there is one. */
  readonly task?: string | undefined;
}

/** The values that hold for a task, a queue or the platform: those of the task before those of the queue before those of all. */
export function thresholdsFor(settings: ThresholdSettings, { queue, task }: ThresholdSubject = {}): ThresholdValues {
  return {
    ...defaultThresholds,
    ...given(settings.values),
    ...(queue === undefined ? {} : ofScope(settings.queues?.[queue], ["queue", "task"])),
    ...(task === undefined ? {} : ofScope(settings.tasks?.[task], ["task"])),
  };
}

/** The thresholds of some scopes. */
export function thresholdNames(...scopes: readonly ThresholdScope[]): readonly ThresholdName[] {
  return (Object.keys(thresholds) as ThresholdName[]).filter((name) => scopes.includes(thresholds[name].scope));
}

/** The values that may be set for such a subject; others of a name that somebody gave there are not taken. */
function ofScope(values: SomeThresholds | undefined, scopes: readonly string[]): Partial<ThresholdValues> {
  return Object.fromEntries(
    Object.entries(given(values)).filter(([name]) => scopes.includes(thresholds[name as ThresholdName]?.scope)),
  );
}

function given(values: SomeThresholds = {}): Partial<ThresholdValues> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
