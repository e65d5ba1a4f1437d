import { contract } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import { recorded, recordingRules } from "../recording-rules.ts";
import { watched } from "../watched.ts";
import { growing } from "./queue-alerts.ts";

const { cpuPercent, workers } = contract;
const { failedLately, length, oldestAge, saturation, slots, succeededLately } = recordingRules;

/** Delay of the event loop as OpenTelemetry's Node.js instrumentation names it; a store that adds units appends the second form. */
const EVENT_LOOP_DELAY = '__name__=~"nodejs_eventloop_delay_p99|nodejs_eventloop_delay_p99_seconds"';

/** Alerts about workers and their machines. */
export const workerAlerts: readonly AlertDefinition[] = [
  {
    name: "TaskWorkersGone",
    group: "workers",
    severity: "critical",
    forSeconds: 120,
    subject: "queue",
    thresholds: ["workersSeenSeconds"],
    summary: "{{ $value | humanize }} tasks wait in {{ $labels.queue }} and no worker is there",
    description: ({ workersSeenSeconds }) =>
      `{{ $value | humanize }} tasks wait in {{ $labels.queue }}, and no worker of it is alive: none has a heartbeat, or those that answered within ${durationText(workersSeenSeconds)} no longer do.`,
    expr: (q, { workersSeenSeconds }) => {
      const on = `on ${q.labels("queue")}`;
      const beating = `max by ${q.labels("queue")} (${q.series(workers)})`;
      const silent = `(max_over_time(${recorded(q, slots)}[${durationText(workersSeenSeconds)}]) > 0 unless ${on} ${recorded(q, slots)} > 0 unless ${on} ${beating} > 0)`;
      return `${recorded(q, length)} > 0\nand ${on} (${beating} == 0 or ${silent})`;
    },
  },
  {
    name: "TaskSlotsExhausted",
    group: "workers",
    severity: "warning",
    forSeconds: 300,
    subject: "queue",
    thresholds: ["saturationRatio", "growthMinTasks", "growthWindowSeconds", "rateWindowSeconds"],
    summary: "All task slots of {{ $labels.queue }} are busy and it grows: scale out",
    description: ({ rateWindowSeconds }) =>
      `{{ $value | humanizePercentage }} of the task slots of {{ $labels.queue }} were in use over ${durationText(rateWindowSeconds)} while the queue grew. More workers, or more slots in each, would help.`,
    expr: (q, values) => {
      const busy = `avg_over_time(${recorded(q, saturation)}[${durationText(values.rateWindowSeconds)}]) >= ${values.saturationRatio}`;
      return `${busy}\nand on ${q.labels("queue")} (${growing(q, values)})`;
    },
  },
  {
    name: "TaskWorkersOverloaded",
    group: "workers",
    severity: "critical",
    forSeconds: 120,
    subject: "queue",
    thresholds: [
      "failureRatio",
      "failureMinTasks",
      "failureWindowSeconds",
      "backlogTasks",
      "oldestTaskSeconds",
      "cpuPercent",
    ],
    summary: "{{ $labels.queue }}: failures, backlog and high CPU together",
    description: ({ cpuPercent: limit }) =>
      `{{ $value | humanizePercentage }} of the tasks of {{ $labels.queue }} fail, work piles up, and a host is above ${limit}% CPU: the workers are overloaded, or the broker is slow.`,
    expr: (q, values) => {
      const { backlogTasks, failureMinTasks, failureRatio, oldestTaskSeconds } = values;
      const [succeeded, failed] = [succeededLately, failedLately].map(
        (rule) => `sum by ${q.labels("queue")} (${recorded(q, rule)})`,
      );
      const failing = `${failed} / ((${succeeded} + ${failed}) >= ${failureMinTasks}) > ${failureRatio}`;
      const backlog = `(${recorded(q, length)} > ${backlogTasks} or ${recorded(q, oldestAge)} > ${oldestTaskSeconds})`;
      const busy = `max by ${q.labels()} (${q.series(cpuPercent)}) > ${values.cpuPercent}`;
      return `${failing}\nand on ${q.labels("queue")} ${backlog}\nand on ${q.labels()} (${busy})`;
    },
  },
  {
    name: "TaskWorkerEventLoopBlocked",
    group: "workers",
    severity: "warning",
    forSeconds: 120,
    subject: "target",
    thresholds: ["eventLoopSeconds"],
    summary:
      "The event loop of {{ $labels.job }} {{ $labels.instance }} is held up for {{ $value | humanizeDuration }}",
    description: ({ eventLoopSeconds }) =>
      `What {{ $labels.job }} {{ $labels.instance }} wants to run waits for up to {{ $value | humanizeDuration }} (p99); above ${durationText(eventLoopSeconds)} locks are renewed late and tasks stall.`,
    // Other programs have this metric, too.
    expr: (q, { eventLoopSeconds }) => {
      const target = q.labels("job", "instance");
      return `max by ${target} (${q.select("", EVENT_LOOP_DELAY)}) > ${eventLoopSeconds}\nand on ${target} ${watched(q)}`;
    },
  },
];
