import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { barPanel } from "../bar-panel.ts";
import { columnTable } from "../column-table.ts";
import { graphPanel } from "../graph-panel.ts";
import { rowPhrases } from "../phrases/frame-phrases.ts";
import type { Translate } from "../phrases/phrase.ts";
import { stuckPhrases } from "../phrases/stuck-phrases.ts";
import { words } from "../phrases/word-phrases.ts";
import { overTime } from "../targets.ts";
import { thresholds } from "../thresholds.ts";
import { type DashboardRow, panelText } from "./dashboard-row.ts";
import { BY_QUEUE, fact, perMinute } from "./grouped.ts";
import { readingAge } from "./health-queries.ts";
import {
  lostByQueue,
  oldestQueues,
  overdueByQueue,
  runningByQueue,
  slowestTasks,
  worstFailureRatios,
} from "./queue-queries.ts";

const { oldestActive, queueLength, queueOldestAge, queuePaused, taskRetry, taskStalled, workers } = contract;
const TASK = "{{task}} ({{queue}})";

/** Where is it stuck? */
export const stuckRow: DashboardRow = {
  title: rowPhrases.stuck,
  height: 20,
  panels: (t, y) => [queues(t, y), ...offenders(t, y + 7), longestRunning(t, y + 13), lost(t, y + 13)],
};

function queues(t: Translate, y: number): ReturnType<typeof columnTable> {
  const count = { unit: Short, decimals: 0 } as const;
  return columnTable({
    ...panelText(t, stuckPhrases.queues),
    place: { x: 0, y, w: 24, h: 7 },
    labels: [{ label: "queue", heading: t(words.queue) }],
    numbers: [
      { ...count, heading: t(words.ready), expr: fact(queueLength, BY_QUEUE), thresholds: thresholds.queueLength },
      {
        heading: t(words.oldest),
        expr: fact(queueOldestAge, BY_QUEUE),
        unit: Seconds,
        thresholds: thresholds.oldestAge,
      },
      { ...count, heading: t(words.running), expr: runningByQueue() },
      { ...count, heading: t(words.overdue), expr: overdueByQueue(), thresholds: thresholds.overdue },
      { ...count, heading: t(words.lost), expr: lostByQueue(), thresholds: thresholds.lost },
      { ...count, heading: t(words.workers), expr: fact(workers, BY_QUEUE), thresholds: thresholds.workers },
      {
        heading: t(words.paused),
        expr: fact(queuePaused, BY_QUEUE),
        unit: Short,
        words: { "1": { text: t(words.yes), color: "orange" }, "0": { text: t(words.no) } },
      },
      {
        heading: t(words.reading),
        expr: readingAge(),
        unit: Seconds,
        decimals: 0,
        thresholds: thresholds.readingAge,
      },
    ],
    sortBy: t(words.oldest),
    noValue: t(words.dash),
    alerts: ["TaskQueueStuck", "TaskQueueOldestTaskTooOld", "TasksOverdue", "TaskWorkersGone", "TaskQueuePaused"],
  });
}

function offenders(t: Translate, y: number): ReturnType<typeof barPanel>[] {
  const size = { y, w: 8, h: 6 } as const;
  return [
    barPanel({
      ...panelText(t, stuckPhrases.failing),
      place: { x: 0, ...size },
      unit: PercentUnit,
      expr: worstFailureRatios(),
      legend: TASK,
      noValue: t(words.nothingFailed),
      thresholds: thresholds.failureRatio,
      alerts: ["TaskFailureRatioHigh"],
    }).max(1),
    barPanel({
      ...panelText(t, stuckPhrases.slowest),
      place: { x: 8, ...size },
      unit: Seconds,
      expr: slowestTasks(),
      legend: TASK,
      noValue: t(words.nothingEnded),
      alerts: ["TaskDurationRegressed"],
    }),
    barPanel({
      ...panelText(t, stuckPhrases.oldest),
      place: { x: 16, ...size },
      unit: Seconds,
      expr: oldestQueues(),
      legend: "{{queue}}",
      noValue: t(words.nothingWaits),
      thresholds: thresholds.oldestAge,
      alerts: ["TaskQueueOldestTaskTooOld"],
    }),
  ];
}

function longestRunning(t: Translate, y: number): ReturnType<typeof graphPanel> {
  return graphPanel({
    ...panelText(t, stuckPhrases.longestRunning),
    unit: Seconds,
    place: { x: 0, y, w: 12, h: 7 },
    thresholds: thresholds.longestRunning,
    alerts: ["TaskQueueStuck"],
  }).withTarget(overTime("A", fact(oldestActive, BY_QUEUE), "{{queue}}"));
}

function lost(t: Translate, y: number): ReturnType<typeof graphPanel> {
  return graphPanel({
    ...panelText(t, stuckPhrases.lost),
    unit: CountsPerMinute,
    place: { x: 12, y, w: 12, h: 7 },
    noValue: t(words.nothingLost),
    alerts: ["TasksStalled"],
  })
    .withTarget(overTime("A", perMinute(taskRetry, BY_QUEUE), `{{queue}} ${t(words.retried)}`))
    .withTarget(overTime("B", perMinute(taskStalled, BY_QUEUE), `{{queue}} ${t(words.lostTasks)}`))
    .overrideByQuery("B", [{ id: "color", value: { mode: "fixed", fixedColor: "red" } }]);
}
