import type { AlertDefinition } from "./alert.ts";
import type { SubjectMatcher } from "./rule-scope.ts";
import {
  type SomeThresholds,
  type ThresholdSettings,
  type ThresholdSubject,
  thresholdsFor,
} from "./threshold-settings.ts";
import { type ThresholdValues, thresholds } from "./thresholds.ts";

/** One of the parts into which the overrides split an alert. Together they cover every series once. */
export interface OverrideSplit {
  /** Which queues and tasks it is about. */
  readonly matchers: readonly SubjectMatcher[];
  /** The queue and the task that it names; those of the others are absent. */
  readonly subject: ThresholdSubject;
  /** The values that hold for them. */
  readonly values: ThresholdValues;
}

/** Splits an alert by the queues and tasks that have thresholds of their own, as far as the alert uses them. */
export function overrideSplits(alert: AlertDefinition, settings: ThresholdSettings): OverrideSplit[] {
  const queues =
    alert.subject === "task" || alert.subject === "queue" ? overridden(alert, settings.queues, ["queue", "task"]) : [];
  const tasks = alert.subject === "task" ? overridden(alert, settings.tasks, ["task"]) : [];
  return parts("task", tasks).flatMap((ofTask) =>
    parts("queue", queues).map((ofQueue) => {
      const subject = { ...ofTask.subject, ...ofQueue.subject };
      return {
        matchers: [...ofTask.matchers, ...ofQueue.matchers],
        subject,
        values: thresholdsFor(settings, subject),
      };
    }),
  );
}

interface Part {
  readonly matchers: readonly SubjectMatcher[];
  readonly subject: ThresholdSubject;
}

/** One part for each name, and one for all the others. */
function parts(label: "queue" | "task", names: readonly string[]): Part[] {
  if (names.length === 0) return [{ matchers: [], subject: {} }];
  const others = names.map(escapeForRegex).join("|");
  return [
    { matchers: [{ label, text: `${label}!~${JSON.stringify(others)}` }], subject: {} },
    ...names.map((name) => ({
      matchers: [{ label, text: `${label}=${JSON.stringify(name)}` }],
      subject: { [label]: name },
    })),
  ];
}

function overridden(
  alert: AlertDefinition,
  all: Readonly<Record<string, SomeThresholds>> | undefined,
  scopes: readonly string[],
): string[] {
  const used = alert.thresholds.filter((name) => scopes.includes(thresholds[name].scope));
  return Object.entries(all ?? {}).flatMap(([name, values]) =>
    used.some((threshold) => values[threshold] !== undefined) ? [name] : [],
  );
}

function escapeForRegex(value: string): string {
  return value.replace(/[\\^$*+?.()|{}[\]]/g, "\\$&");
}
