import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { graphPanel } from "./graph-panel.ts";
import { numberPanel } from "./number-panel.ts";
import { outcomeTable } from "./outcome-table.ts";
import { averageDurationByTask, perMinuteByTask, recentSuccessRatioByTask, successRatio, total } from "./queries.ts";
import { overTime } from "./targets.ts";
import { thresholds } from "./thresholds.ts";

const { taskFailure, taskSuccess } = contract;
const SINCE_START =
  "Counted by the processes that answer now, since each of them started; a process that restarts begins at 0.";
const TASK = "{{task}} ({{queue}})";

/** Panels that answer whether tasks succeed and how long they take; the topmost stands at row `y` of the grid. */
export function taskPanels(y: number): Builder<Panel>[] {
  return [
    numberPanel({
      title: "Succeeded",
      description: `How many of the selected tasks ended in success? ${SINCE_START}`,
      unit: Short,
      place: { x: 0, y, w: 4, h: 4 },
      expr: total(taskSuccess),
      noValue: "unknown",
    }),
    numberPanel({
      title: "Failed",
      description: `How many of the selected tasks ended in failure, with no attempt left? ${SINCE_START}`,
      unit: Short,
      place: { x: 4, y, w: 4, h: 4 },
      expr: total(taskFailure),
      noValue: "unknown",
    }),
    numberPanel({
      title: "Success ratio",
      description: `Which share of the selected tasks that ended did so in success? ${SINCE_START}`,
      unit: PercentUnit,
      place: { x: 8, y, w: 4, h: 4 },
      expr: successRatio(),
      noValue: "no task ended yet",
      thresholds: thresholds.successRatio,
    }),
    outcomeTable({
      title: "Outcomes by task",
      description: `Which tasks fail? A task that has ended neither way has no ratio. ${SINCE_START}`,
      place: { x: 12, y, w: 12, h: 12 },
    }),
    finishedPerMinute(y + 4),
    graphPanel({
      title: "Success ratio, recent",
      description:
        "Which share of the tasks that ended lately did so in success? A gap means that no task ended: there is no ratio then, neither 0 nor 1.",
      unit: PercentUnit,
      place: { x: 0, y: y + 12, w: 12, h: 8 },
      thresholds: thresholds.successRatio,
    })
      .max(1)
      .withTarget(overTime("A", recentSuccessRatioByTask(), TASK)),
    graphPanel({
      title: "Average duration",
      description:
        "How long did the tasks run that ended lately, in success or in failure? A gap means that no task ended. A long task counts when it ends.",
      unit: Seconds,
      place: { x: 12, y: y + 12, w: 12, h: 8 },
    }).withTarget(overTime("A", averageDurationByTask(), TASK)),
  ];
}

function finishedPerMinute(y: number): Builder<Panel> {
  return graphPanel({
    title: "Tasks finished",
    description: "How many tasks end per minute, and how? Failures are dashed.",
    unit: CountsPerMinute,
    place: { x: 0, y, w: 12, h: 8 },
  })
    .withTarget(overTime("A", perMinuteByTask(taskSuccess), `${TASK} succeeded`))
    .withTarget(overTime("B", perMinuteByTask(taskFailure), `${TASK} failed`))
    .overrideByQuery("B", [{ id: "custom.lineStyle", value: { fill: "dash", dash: [6, 6] } }]);
}
