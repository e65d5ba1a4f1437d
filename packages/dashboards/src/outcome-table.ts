import { TableCellDisplayMode, TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { type DynamicConfigValue, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import type { PanelPlace } from "./panel-place.ts";
import { finishedByTask, successRatioByTask, totalByTask } from "./queries.ts";
import { asRows } from "./targets.ts";
import { thresholds } from "./thresholds.ts";
import { DATA_SOURCE } from "./variables.ts";

const TASK = "Task";
/** Columns of numbers: the query that fills each, and its heading. */
const SUCCEEDED = { refId: "A", heading: "Succeeded" } as const;
const FAILED = { refId: "B", heading: "Failed" } as const;
const FINISHED = { refId: "C", heading: "Finished" } as const;
const RATIO = { refId: "D", heading: "Success ratio" } as const;

/** Pixels. Grafana's own least width of 150 would push the ratio out of the panel at 1280 pixels. */
const MIN_WIDTH = 80;
const TASK_WIDTH = 150;
const RATIO_WIDTH = 106;

/** What the table says. */
export interface OutcomeTable {
  /** Heading of the panel. */
  readonly title: string;
  /** What the table answers, and over which time. */
  readonly description: string;
  /** Where it stands. */
  readonly place: PanelPlace;
}

/** A table with one row per (task, queue): how often it succeeded and failed, and the ratio; most failures first. */
export function outcomeTable({ title, description, place }: OutcomeTable): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(Short)
    .minWidth(MIN_WIDTH)
    .withTarget(asRows(SUCCEEDED.refId, totalByTask(contract.taskSuccess)))
    .withTarget(asRows(FAILED.refId, totalByTask(contract.taskFailure)))
    .withTarget(asRows(FINISHED.refId, finishedByTask()))
    .withTarget(asRows(RATIO.refId, successRatioByTask()))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: columns() })
    .sortBy([new TableSortByFieldStateBuilder().displayName(FAILED.heading).desc(true)])
    .overrideByName(TASK, [{ id: "custom.width", value: TASK_WIDTH }])
    .overrideByName(RATIO.heading, [...ratioCell(), { id: "custom.width", value: RATIO_WIDTH }]);
}

/** Names the columns that Grafana calls after their query, and hides the time of the evaluation. */
function columns(): { excludeByName: object; indexByName: object; renameByName: object } {
  const numbers = [SUCCEEDED, FAILED, FINISHED, RATIO];
  const order = ["Time", "task", "queue", ...numbers.map(({ refId }) => `Value #${refId}`)];
  return {
    excludeByName: { Time: true },
    indexByName: Object.fromEntries(order.map((column, index) => [column, index])),
    renameByName: {
      task: TASK,
      queue: "Queue",
      ...Object.fromEntries(numbers.map(({ refId, heading }) => [`Value #${refId}`, heading])),
    },
  };
}

function ratioCell(): DynamicConfigValue[] {
  return [
    { id: "unit", value: PercentUnit },
    { id: "thresholds", value: { mode: ThresholdsMode.Absolute, steps: thresholds.successRatio } },
    { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorText } },
    { id: "noValue", value: "–" },
  ];
}
