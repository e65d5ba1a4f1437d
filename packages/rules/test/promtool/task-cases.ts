import { besideEachOther, ofQueue, outcomes, process, type RuleSuite, target } from "./rule-case.ts";

const labels = { task: "train", queue: "gpu" };
const queue = { queue: "gpu" };

/** Outcomes of tasks. */
export const taskSuite: RuleSuite = {
  name: "tasks",
  cases: [
    besideEachOther("queues whose tasks fail or are lost", [
      {
        title: "a share of failures above the limit",
        series: outcomes("0+189x40", "0+11x40"),
        fires: [{ alert: "TaskFailureRatioHigh", labels, says: "5.5%" }],
        values: {
          "task_queue:task_failure:increase": 165,
          "task_queue:task_success:increase": 2835,
          "task_queue:task_success:ratio": 0.945,
          "task_queue:task_failure:rate": 11 / 60,
          "queue:task_finished:rate": 200 / 60,
        },
      },
      {
        title: "a share of failures that is the limit",
        series: outcomes("0+19x40", "0+1x40"),
        silent: ["TaskFailureRatioHigh"],
        values: { "task_queue:task_success:ratio": 0.95 },
      },
      {
        title: "failures alone, but one task less than the least number",
        series: outcomes("5+0x40", "0+0x20 19+0x20"),
        silent: ["TaskFailureRatioHigh", "TaskFailureBudgetBurnsFast", "TaskFailureBudgetBurnsSlow"],
      },
      {
        // By 18 tasks, and to Prometheus 3 by 19: it makes up for the first minute, of which it has no sample.
        title: "failures alone, of too few tasks after many before",
        series: outcomes("5+0x40", "7+0x20 25+0x20"),
        silent: ["TaskFailureRatioHigh", "TaskFailureBudgetBurnsFast", "TaskFailureBudgetBurnsSlow"],
      },
      {
        title: "failures alone, of just enough tasks",
        series: outcomes("5+0x40", "7+0x26 27+0x20"),
        fires: [
          { alert: "TaskFailureRatioHigh", labels, says: "100%" },
          { alert: "TaskFailureBudgetBurnsFast", labels: queue, says: "100%" },
          { alert: "TaskFailureBudgetBurnsSlow", labels: queue, says: "100%" },
        ],
      },
      {
        title: "a budget that burns slowly",
        series: outcomes("0+92x80", "0+8x80"),
        fires: [
          { alert: "TaskFailureRatioHigh", labels, says: "8%" },
          { alert: "TaskFailureBudgetBurnsSlow", labels: queue, says: "8%" },
        ],
      },
      {
        title: "a stall that is the first of its queue",
        series: ofQueue("task_stalled_total", "_x20 1+0x20"),
        fires: [{ alert: "TasksStalled", labels: queue, says: "1" }],
      },
      {
        title: "a stall that is the first of its queue, in a process that is new itself",
        series: {
          ...process("b", "_x20 0+0x20", "_x20 1+0x20"),
          ...ofQueue("task_stalled_total", "_x25 1+0x20", "b"),
        },
        fires: [{ alert: "TasksStalled", labels: queue, says: "1" }],
      },
      {
        title: "stalls of long ago",
        series: ofQueue("task_stalled_total", "0+1x10 10+0x30"),
        silent: ["TasksStalled"],
      },
      {
        title: "stalls that were kept, in a process that comes back after a long time",
        series: {
          ...process("b", "_x20 0+0x20", "_x20 1+0x20"),
          ...ofQueue("task_stalled_total", "_x20 40+0x20", "b"),
        },
        silent: ["TasksStalled"],
      },
    ]),
    {
      title: "a budget that has burnt, until a while ago",
      series: outcomes("0+8x100", "0+20x5 100+0x50"),
      at: 40,
      silent: ["TaskFailureRatioHigh", "TaskFailureBudgetBurnsFast", "TaskFailureBudgetBurnsSlow"],
    },
  ],
};

/** Run times by task, now and then. */
const runs = (task: string, sum: string, count: string): Record<string, string> => ({
  [`task_duration_seconds_sum{task="${task}", queue="gpu", ${target("a")}}`]: sum,
  [`task_duration_seconds_count{task="${task}", queue="gpu", ${target("a")}}`]: count,
});

/** Run times against those of before; the week is one hour here. */
export const regressionSuite: RuleSuite = {
  name: "durations",
  options: { settings: { values: { regressionBeforeSeconds: 3600, regressionWindowSeconds: 900 } } },
  cases: [
    {
      title: "run times that doubled, and some that only look like it",
      at: 85,
      series: {
        ...runs("train", "0+2x60 120+4x40", "0+2x100"),
        ...runs("longer by exactly the factor", "0+2x60 120+3x40", "0+2x100"),
        ...runs("doubled, which nobody feels", "0+0.5x60 30+1x40", "0+2x100"),
        ...runs("doubled, of too few runs", "0+1x60 60+2x40", "0+1x100"),
        ...runs("not known from before", "_x50 0+8x50", "_x50 0+2x50"),
        ...runs("never run", "0+0x100", "0+0x100"),
      },
      fires: [{ alert: "TaskDurationRegressed", labels, says: "2" }],
      silent: ["TaskDurationRegressed"],
    },
  ],
};
