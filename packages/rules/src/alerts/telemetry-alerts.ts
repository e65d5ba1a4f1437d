import { contract, type InstrumentDefinition } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import { recorded, recordingRules } from "../recording-rules.ts";
import type { RuleQueries } from "../rule-scope.ts";

const {
  eventsMissed,
  eventsTimestamp,
  queueLength,
  queueReadError,
  queueReadTimestamp,
  sdkError,
  series,
  seriesOverflow,
} = contract;

/** Alerts about the measuring itself: where they fire, silence of the others means nothing. */
export const telemetryAlerts: readonly AlertDefinition[] = [
  {
    name: "TaskQueueReadingStale",
    group: "telemetry",
    severity: "warning",
    forSeconds: 0,
    subject: "queue",
    thresholds: ["staleReadingSeconds", "seenSeconds"],
    summary: "{{ $labels.queue }} was last read {{ $value | humanizeDuration }} ago",
    description: ({ staleReadingSeconds }) =>
      `The last successful reading of {{ $labels.queue }} is {{ $value | humanizeDuration }} old (limit ${durationText(staleReadingSeconds)}) and readings of it fail. Its length and age are unknown since then.`,
    // A queue that was removed has no readings either, and no failures.
    expr: (q, { seenSeconds, staleReadingSeconds }) => {
      const last = `max by ${q.labels("queue")} (last_over_time(${q.series(queueReadTimestamp)}[${durationText(seenSeconds)}]))`;
      return `time() - ${last} > ${staleReadingSeconds} and on ${q.labels("queue")} (${rose(q, queueReadError, staleReadingSeconds, "queue")} > 0)`;
    },
  },
  {
    name: "TaskEventsSilent",
    group: "telemetry",
    severity: "warning",
    forSeconds: 60,
    subject: "broker",
    thresholds: ["eventsSilentSeconds"],
    summary: "No task event from {{ $labels.broker }} for {{ $value | humanizeDuration }} while there is work",
    description: ({ eventsSilentSeconds }) =>
      `The last task event of the broker {{ $labels.broker }} is {{ $value | humanizeDuration }} old (limit ${durationText(eventsSilentSeconds)}) while tasks wait or run: nothing is counted, or nothing is done.`,
    expr: (q, { eventsSilentSeconds }) =>
      `time() - max by ${q.labels("broker")} (${q.series(eventsTimestamp)}) > ${eventsSilentSeconds} and on ${q.labels()} (sum by ${q.labels()} (${recorded(q, recordingRules.open)}) > 0)`,
  },
  {
    name: "TaskEventsMissed",
    group: "telemetry",
    severity: "warning",
    forSeconds: 0,
    subject: "broker",
    thresholds: ["eventsMissed", "rateWindowSeconds"],
    summary: "{{ $value | humanize }} task events of {{ $labels.broker }} were missed",
    description: ({ rateWindowSeconds }) =>
      `Within ${durationText(rateWindowSeconds)}, {{ $value | humanize }} task events of the broker {{ $labels.broker }} were missed: that many tasks are in no counter.`,
    expr: (q, { eventsMissed: limit, rateWindowSeconds }) =>
      `${rose(q, eventsMissed, rateWindowSeconds, "broker")} > ${limit}`,
  },
  {
    name: "TaskSeriesRefused",
    group: "telemetry",
    severity: "warning",
    forSeconds: 0,
    subject: "platform",
    thresholds: ["rateWindowSeconds"],
    summary: "{{ $labels.instrument }} refuses new series",
    description: () =>
      "The limit of series of {{ $labels.instrument }} was reached {{ $value | humanize }} times lately; what it refused is in the overflow series, without task and queue.",
    expr: (q, { rateWindowSeconds }) => `${rose(q, seriesOverflow, rateWindowSeconds, "instrument")} > 0`,
  },
  {
    name: "TaskVitalsFailing",
    group: "telemetry",
    severity: "warning",
    forSeconds: 0,
    subject: "platform",
    thresholds: ["rateWindowSeconds"],
    summary: "taskvitals itself fails at {{ $labels.operation }}",
    description: () =>
      "{{ $labels.operation }} failed {{ $value | humanize }} times inside taskvitals lately. The application noticed nothing; the log of the process says why.",
    expr: (q, { rateWindowSeconds }) => `${rose(q, sdkError, rateWindowSeconds, "operation")} > 0`,
  },
  {
    name: "TaskTargetDown",
    group: "telemetry",
    severity: "critical",
    forSeconds: 60,
    subject: "target",
    thresholds: ["seenSeconds"],
    summary: "{{ $labels.job }} {{ $labels.instance }} can no longer be scraped",
    description: ({ seenSeconds }) =>
      `{{ $labels.job }} {{ $labels.instance }} served metrics of taskvitals within ${durationText(seenSeconds)} and does not answer now: the process is gone, frozen, or cut off.`,
    expr: (q, { seenSeconds }) =>
      `${q.select("up")} == 0 and on (job, instance) group by (job, instance) (last_over_time(${q.series(series)}[${durationText(seenSeconds)}]))`,
  },
  {
    name: "TaskMetricsAbsent",
    group: "telemetry",
    severity: "critical",
    forSeconds: 300,
    subject: "platform",
    thresholds: [],
    summary: "No metric of taskvitals arrives",
    description: () =>
      "Prometheus has no metric of taskvitals that these rules select: nothing is scraped, or the selector of the rules matches nothing. All other alerts are blind.",
    expr: (q) => `absent(${q.series(series)}) and absent(${q.series(queueLength)})`,
  },
];

/** How much a counter rose, added up over the processes, where one process was seen before and after. */
function rose(q: RuleQueries, counter: InstrumentDefinition, seconds: number, label: string): string {
  return `sum by ${q.labels(label)} (increase(${q.series(counter)}[${durationText(seconds)}]))`;
}
