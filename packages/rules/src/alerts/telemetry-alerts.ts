import { contract, type InstrumentDefinition } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import { recorded, recordingRules } from "../recording-rules.ts";
import type { RuleQueries } from "../rule-scope.ts";
import { watched } from "../watched.ts";

const {
  eventsMissed,
  eventsTimestamp,
  queueLength,
  queueReadError,
  queueReadTimestamp,
  sdkError,
  series,
  seriesOverflow,
  taskSuccess,
} = contract;
const { active, length, service } = recordingRules;

/** Alerts about the measuring itself: where they fire, silence of the others means nothing. */
export const telemetryAlerts: readonly AlertDefinition[] = [
  {
    name: "TaskQueueReadingStale",
    group: "telemetry",
    severity: "warning",
    forSeconds: 0,
    subject: "queue",
    thresholds: ["staleReadingSeconds", "seenSeconds"],
    summary: "{{ $labels.queue }} could not be read for at least {{ $value | humanizeDuration }}",
    description: ({ staleReadingSeconds }) =>
      `Readings of {{ $labels.queue }} fail, and none has succeeded for at least {{ $value | humanizeDuration }} (limit ${durationText(staleReadingSeconds)}). Its length and age are unknown meanwhile.`,
    // A queue that was removed has no readings either, and no failures. One that was never read has failures alone.
    expr: (q, { seenSeconds, staleReadingSeconds }) => {
      const by = q.labels("queue");
      const failures = q.series(queueReadError, 'reason!~".+_missing"');
      const window = durationText(staleReadingSeconds);
      const failing = `sum by ${by} (increase(${failures}[${window}])) > 0`;
      const failedBefore = `sum by ${by} (increase(${failures}[${window}] offset ${window})) > 0`;
      const last = `max by ${by} (last_over_time(${q.series(queueReadTimestamp)}[${durationText(seenSeconds)}]))`;
      return [
        `time() - ${last} > ${staleReadingSeconds} and on ${by} (${failing})`,
        `or (${failing} and on ${by} (${failedBefore}) unless on ${by} ${last}) * 0 + ${staleReadingSeconds}`,
      ].join("\n");
    },
  },
  {
    name: "TaskEventsSilent",
    group: "telemetry",
    severity: "warning",
    forSeconds: 60,
    subject: "broker",
    thresholds: ["eventsSilentSeconds"],
    summary: "No task event from {{ $labels.broker }} for {{ $value | humanizeDuration }} while tasks are taken",
    description: ({ eventsSilentSeconds }) =>
      `The last task event of the broker {{ $labels.broker }} is {{ $value | humanizeDuration }} old (limit ${durationText(eventsSilentSeconds)}). Meanwhile tasks were taken from a queue whose tasks used to be counted, and none was seen to run or end: the reader of events is deaf, or the workers send none.`,
    // A task that runs for hours sends no events either, so silence beside work means nothing: it takes a queue that became shorter without a sign of why.
    expr: (q, { eventsSilentSeconds }) => {
      const on = `on ${q.labels("queue")}`;
      const taken = `resets(${recorded(q, length)}[${durationText(eventsSilentSeconds)}]) > 0`;
      return [
        `time() - max by ${q.labels("broker")} (${q.series(eventsTimestamp)}) > ${eventsSilentSeconds}`,
        `and on ${q.labels()} (${taken} and ${on} ${recorded(q, service)} == 0 unless ${on} ${recorded(q, active)} > 0)`,
      ].join("\n");
    },
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
    severity: "warning",
    forSeconds: 60,
    subject: "target",
    thresholds: ["seenSeconds"],
    summary: "{{ $labels.job }} {{ $labels.instance }} can no longer be scraped",
    description: ({ seenSeconds }) =>
      `{{ $labels.job }} {{ $labels.instance }} served metrics of taskvitals within ${durationText(seenSeconds)} and does not answer now: the process is gone, frozen, or cut off.`,
    // A target that was taken out of service has no `up` any more.
    expr: (q, { seenSeconds }) =>
      `${q.select("up")} == 0\nand on ${q.labels("job", "instance")} last_over_time(${watched(q)}[${durationText(seenSeconds)}])`,
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
    expr: (q) => [series, queueLength, taskSuccess].map((one) => `absent(${q.series(one)})`).join(" and "),
  },
];

/** How much a counter rose, added up over the processes, where one process was seen before and after. */
function rose(q: RuleQueries, counter: InstrumentDefinition, seconds: number, label: string): string {
  // `increase()` extrapolates, and events come whole.
  return `round(sum by ${q.labels(label)} (increase(${q.series(counter)}[${durationText(seconds)}])))`;
}
