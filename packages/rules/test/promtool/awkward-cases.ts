import { ofQueue, outcomes, process, type RuleSuite, target, waiting } from "./rule-case.ts";

const labels = { task: "train", queue: "gpu" };
const queue = { queue: "gpu" };
const failing = { alert: "TaskFailureRatioHigh", labels, says: "100%" };
const burning = ["TaskFailureBudgetBurnsFast", "TaskFailureBudgetBurnsSlow"].map((alert) => ({
  alert,
  labels: queue,
  says: "100%",
}));
const rose = "task_queue:task_failure:increase";
const buckets = (first: string, all: string): Record<string, string> => ({
  [`task_duration_seconds_bucket{task="train", queue="gpu", le="1", ${target("a")}}`]: first,
  [`task_duration_seconds_bucket{task="train", queue="gpu", le="2", ${target("a")}}`]: all,
  [`task_duration_seconds_bucket{task="train", queue="gpu", le="+Inf", ${target("a")}}`]: all,
});
const p50 = "task_queue:task_duration_seconds:p50";
const p99 = "task_queue:task_duration_seconds:p99";

/** What makes simple rules lie. That what is recorded is a number, each case of each suite looks at. */
export const awkwardSuite: RuleSuite = {
  name: "awkward platforms",
  cases: [
    {
      title: "a platform with nothing to do",
      series: {
        ...waiting("0+0x60"),
        ...outcomes("0+0x60", "0+0x60"),
        ...buckets("0+0x60", "0+0x60"),
        ...ofQueue("task_duration_seconds_sum", "0+0x60", "a", 'task="train"'),
        ...ofQueue("task_duration_seconds_count", "0+0x60", "a", 'task="train"'),
        ...ofQueue("task_active", "0+0x60"),
        ...ofQueue("task_concurrency", "0+0x60"),
        ...ofQueue("task_queue_oldest_age_seconds", "0+0x60"),
      },
      silent: ["TaskQueueStuck", "TaskWorkersGone"],
      values: {
        "task_queue:task_success:ratio": undefined,
        "task_queue:task_success:rate": 0,
        "queue:task_failure:ratio_fast_long": undefined,
        "queue:task_finished:rate": 0,
        "queue:task_arrival:rate": 0,
        "queue:task_saturation:ratio": undefined,
        "queue:task_duration_seconds:avg_slowest": undefined,
        "queue:task_drain_seconds:estimate": undefined,
        "queue:task_open:sum": 0,
        [p50]: undefined,
      },
    },
    {
      title: "a reader of Redis alone, without any counter",
      series: waiting("8-1x8 0+0x40"),
      values: {
        "queue:task_queue_length:max": 0,
        "queue:task_finished:rate": undefined,
        "queue:task_arrival:rate": undefined,
        "queue:task_saturation:ratio": undefined,
        "queue:task_open:sum": 0,
      },
    },
    {
      title: "percentiles of two buckets",
      series: buckets("0+5x60", "0+10x60"),
      values: { [p50]: 1, [p99]: 1.98 },
    },
    {
      title: "a counter that begins anew",
      series: outcomes("0+0x16 10+10x4 0+10x20", "0+0x60"),
      values: { "task_queue:task_success:rate": 1 / 6, "task_queue:task_success:increase": 130, [rose]: 0 },
    },
    {
      title: "failures that are the first of their pair",
      at: 32,
      series: outcomes("_x27 0+0x9", "_x27 25+0x9"),
      fires: [failing],
      values: { [rose]: 25 },
    },
    {
      title: "failures that are the first of their pair, in a process that is new itself",
      at: 32,
      series: { ...process("b", "_x20 0+0x20", "_x20 1+0x20"), ...outcomes("_x27 0+0x9", "_x27 25+0x9", "b") },
      fires: [failing],
      values: { [rose]: 25 },
    },
    {
      title: "failures that are the first of their pair on a page of shared totals alone",
      at: 32,
      series: { [`taskvitals_processes{${target("b")}}`]: "3+0x60", ...outcomes("_x27 0+0x9", "_x27 25+0x9", "b") },
      bare: true,
      fires: [failing],
      values: { [rose]: 25 },
    },
    {
      title: "old failures of a pair that another process showed until now",
      series: {
        ...process("b"),
        ...outcomes("900+0x27 stale", "800+0x27 stale"),
        ...outcomes("_x29 900+0x9", "_x29 800+0x9", "b"),
      },
      silent: ["TaskFailureRatioHigh"],
      values: { [rose]: 0, "task_queue:task_success:rate": 0 },
    },
    {
      title: "totals that change hands twice, with gaps, one of them a window ago",
      series: {
        ...process("b"),
        ...outcomes("0+90x13 stale _x11 2250+90x20", "700+0x13 stale _x11 700+0x20"),
        ...outcomes("_x16 1440+90x6 stale", "_x16 700+0x6 stale", "b"),
      },
      silent: ["TaskFailureRatioHigh"],
      // Of the last five minutes none is lost; each gap costs what fell into it.
      values: { [rose]: 0, "task_queue:task_success:rate": 1.5 },
    },
    {
      title: "totals that were kept, in a process that was away",
      series: {
        ...process("b", "_x26 0+0x20", "_x26 1+0x20"),
        ...outcomes("_x26 900+0x9", "_x26 800+0x9", "b"),
      },
      silent: ["TaskFailureRatioHigh"],
      values: { [rose]: 0 },
    },
    {
      title: "a platform that is watched for the first time",
      bare: true,
      series: { ...process("b", "_x26 0+0x20", "_x26 1+0x20"), ...outcomes("_x26 9+0x9", "_x26 8+0x9", "b") },
      silent: ["TaskFailureRatioHigh"],
    },
    {
      title: "shared totals of a platform that is watched for the first time, whose holder shows them some pages later",
      bare: true,
      at: 23,
      series: {
        ...process("b", "_x6 0+0x20", "_x6 1+0x20"),
        ...outcomes("_x9 900+0x20", "_x9 800+0x20", "b"),
        ...ofQueue("task_stalled_total", "_x9 40+0x20", "b"),
      },
      silent: ["TaskFailureRatioHigh", "TasksStalled"],
    },
    {
      title: "scrapes that are lost",
      series: { ...waiting("3+0x10 _x3 3+0x40"), ...outcomes("0+9x26 _x2 261+9x20", "0+0x26 _x2 0+0x20") },
      values: { "task_queue:task_success:rate": 0.15, "queue:task_queue_length:max": 3 },
    },
    {
      title: "several readers of a queue, and several workers",
      series: {
        ...waiting("40-1x60"),
        ...waiting("40-1x60", "b"),
        ...outcomes("0+2x60", "0+1x60"),
        ...outcomes("0+4x60", "0+1x60", "b"),
        ...ofQueue("task_active", "2+0x60"),
        ...ofQueue("task_active", "1+0x60", "b"),
        ...ofQueue("task_concurrency", "2+0x60"),
        ...ofQueue("task_concurrency", "4+0x60", "b"),
        ...ofQueue("task_queue_tasks", "3+0x60", "a", 'state="active"'),
        ...ofQueue("task_queue_tasks", "3+0x60", "b", 'state="active"'),
      },
      fires: [
        { alert: "TaskFailureRatioHigh", labels, says: "25%" },
        ...burning.map((one) => ({ ...one, says: "25%" })),
      ],
      values: {
        "queue:task_queue_length:max": 10,
        "queue:task_open:sum": 13,
        "queue:task_saturation:ratio": 0.5,
        "queue:task_finished:rate": 8 / 60,
        "queue:task_arrival:rate": 7 / 60,
        "queue:task_drain_seconds:estimate": 600,
        "task_queue:task_success:ratio": 0.75,
      },
    },
  ],
};
