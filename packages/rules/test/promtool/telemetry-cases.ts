import { besideEachOther, ofQueue, outcomes, process, type RuleSuite, target, waiting } from "./rule-case.ts";

const labels = { queue: "gpu" };
const failed = (values: string, instance = "a", reason = "timeout"): Record<string, string> =>
  ofQueue("task_queue_read_error_total", values, instance, `reason="${reason}"`);
const readAt = (values: string, instance = "a"): Record<string, string> =>
  ofQueue("task_queue_read_timestamp_seconds", values, instance);
/** A counter of one label, on two processes. */
const counter = (name: string, label: string, ...values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((one, at) => [`${name}{${label}, ${target(at === 0 ? "a" : "b")}}`, one]));
const events = (values: string): Record<string, string> =>
  counter("task_events_timestamp_seconds", 'broker="jobs"', values);
const missed = (values: string): Record<string, string> => counter("task_events_missed_total", 'broker="jobs"', values);

/** The measuring itself. */
export const telemetrySuite: RuleSuite = {
  name: "telemetry",
  cases: [
    besideEachOther("queues that can be read and that cannot", [
      {
        title: "a queue that can no longer be read",
        series: { ...readAt("0+60x20 stale"), ...failed("0+0x20 1+1x20") },
        fires: [{ alert: "TaskQueueReadingStale", labels, says: "10m 0s" }],
      },
      {
        title: "a queue that could never be read",
        series: failed("_x20 1+1x20"),
        fires: [{ alert: "TaskQueueReadingStale", labels, says: "2m 0s" }],
      },
      {
        title: "a counter in Redis, which has no readings of its own, that could not be read once, and once before",
        series: failed("3+0x10 4+0x18 5+0x20"),
        silent: ["TaskQueueReadingStale"],
      },
      {
        title: "a queue whose last reading is at the limit",
        series: { ...readAt("0+60x28 stale"), ...failed("0+0x28 1+1x20") },
        silent: ["TaskQueueReadingStale"],
      },
      {
        title: "a queue that was removed",
        series: { ...readAt("0+60x20 stale"), ...waiting("9+0x20 stale"), ...outcomes("7+0x20 stale", "0+0x20 stale") },
        silent: ["TaskQueueReadingStale", "TaskQueueStuck", "TaskQueueGrowing"],
        values: { "queue:task_queue_length:max": undefined, "queue:task_open:sum": undefined },
      },
      {
        title: "a queue that one of two processes cannot read",
        series: { ...readAt("0+60x40"), ...readAt("0+60x10 stale", "b"), ...failed("0+0x10 1+1x30", "b") },
        silent: ["TaskQueueReadingStale"],
      },
      {
        title: "a queue that is not there yet",
        series: { ...readAt("0+60x40"), ...failed("1+1x40", "a", "queue_missing") },
        silent: ["TaskQueueReadingStale"],
      },
    ]),
    {
      title: "tasks that are taken without any event",
      series: {
        ...events("0+60x10 600+0x30"),
        ...outcomes("0+9x10 90+0x30", "0+0x40"),
        ...waiting("50+0x26 40+0x20"),
        ...ofQueue("task_active", "0+0x40"),
      },
      fires: [{ alert: "TaskEventsSilent", labels: { broker: "jobs" }, says: "20m 0s" }],
      silent: ["TaskQueueStuck"],
    },
    {
      title: "one long run, and nothing to say of it",
      series: {
        ...events("0+60x10 600+0x30"),
        ...outcomes("0+9x10 90+0x30", "0+0x40"),
        ...waiting("1+0x10 0+0x30"),
        ...ofQueue("task_active", "1+0x40"),
        [`task_duration_seconds_sum{task="train", queue="gpu", ${target("a")}}`]: "36000+0x60",
        [`task_duration_seconds_count{task="train", queue="gpu", ${target("a")}}`]: "5+0x60",
      },
      silent: ["TaskEventsSilent"],
    },
    {
      title: "events of another broker's queue, which has nothing to do",
      series: { ...events("0+60x10 600+0x30"), ...outcomes("0+9x40", "0+0x40"), ...waiting("50-1x40") },
      silent: ["TaskEventsSilent"],
    },
    {
      title: "counters of what went wrong, which rise, or rose long ago",
      series: {
        ...missed("0+0x27 3+0x20"),
        ...counter("task_events_missed_total", 'broker="long ago"', "3+0x40"),
        ...counter("task_events_missed_total", 'broker="told by another now"', "3+0x26 stale", "_x28 3+0x20"),
        ...counter("taskvitals_series_overflow_total", 'instrument="task_wait_seconds"', "0+0x27 7+0x9"),
        ...counter("taskvitals_series_overflow_total", 'instrument="task_error_total"', "7+0x40"),
        ...counter("taskvitals_error_total", 'operation="keep_totals"', "_x20 1+1x20"),
        ...counter("taskvitals_error_total", 'operation="export"', "1+0x40"),
      },
      fires: [
        { alert: "TaskEventsMissed", labels: { broker: "jobs" }, says: "3" },
        { alert: "TaskSeriesRefused", labels: { instrument: "task_wait_seconds" }, says: "7" },
        { alert: "TaskVitalsFailing", labels: { operation: "keep_totals" }, says: "5" },
      ],
      silent: ["TaskEventsMissed", "TaskSeriesRefused", "TaskVitalsFailing"],
    },
    {
      title: "a process that can no longer be scraped, one that was taken out of service, and another program",
      series: {
        ...process("b", "0+0x20 stale", "1+0x20 0+0x20"),
        ...process("c", "0+0x20 stale", "1+0x20 0 stale"),
        [`up{${target("d", "web")}}`]: "1+0x20 0+0x20",
      },
      fires: [{ alert: "TaskTargetDown", labels: { job: "worker", instance: "b" } }],
      silent: ["TaskTargetDown"],
    },
    {
      title: "no metric at all",
      bare: true,
      series: { [`up{${target("b", "web")}}`]: "1+0x40" },
      fires: [{ alert: "TaskMetricsAbsent", labels: {} }],
    },
    {
      title: "a restart of everything",
      bare: true,
      series: process("b", "0+0x26 stale _x2 0+0x9", "1+0x26 0+0x1 1+0x9"),
      silent: ["TaskMetricsAbsent", "TaskTargetDown"],
    },
  ],
};
