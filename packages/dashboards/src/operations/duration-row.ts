import { Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { columnTable } from "../column-table.ts";
import { graphPanel } from "../graph-panel.ts";
import { heatMapPanel } from "../heat-map-panel.ts";
import { durationPhrases } from "../phrases/duration-phrases.ts";
import { rowPhrases } from "../phrases/frame-phrases.ts";
import type { Translate } from "../phrases/phrase.ts";
import { words } from "../phrases/word-phrases.ts";
import { selector } from "../selector.ts";
import { overTime } from "../targets.ts";
import { type DashboardRow, panelText } from "./dashboard-row.ts";
import { BY_TASK, recentQuantile } from "./grouped.ts";
import { risenInRange } from "./risen-in-range.ts";

const { taskDuration, taskError } = contract;
const QUANTILES = [0.5, 0.95, 0.99] as const;
/** Rows of the table of errors: what is rarer is seldom the trouble. */
const MOST = 20;

/** How long do tasks take? */
export const durationRow: DashboardRow = {
  title: rowPhrases.duration,
  height: 16,
  panels: (t, y) => [
    heatMapPanel({
      ...panelText(t, durationPhrases.heatMap),
      unit: Seconds,
      place: { x: 0, y, w: 12, h: 8 },
      expr: `sum by (le) (increase(${selector(taskDuration, "_bucket")}[$__rate_interval]))`,
    }),
    percentiles(t, y),
    graphPanel({
      ...panelText(t, durationPhrases.byTask),
      unit: Seconds,
      place: { x: 0, y: y + 8, w: 12, h: 8 },
      alerts: ["TaskDurationRegressed"],
    }).withTarget(overTime("A", recentQuantile(0.95, taskDuration, BY_TASK), "{{task}} ({{queue}})")),
    errors(t, y + 8),
  ],
};

function percentiles(t: Translate, y: number): ReturnType<typeof graphPanel> {
  const panel = graphPanel({
    ...panelText(t, durationPhrases.percentiles),
    unit: Seconds,
    place: { x: 12, y, w: 12, h: 8 },
    alerts: ["TaskDurationRegressed"],
  });
  QUANTILES.forEach((share, index) => {
    const refId = ["A", "B", "C"][index] as string;
    panel.withTarget(overTime(refId, recentQuantile(share, taskDuration, []), `p${100 * share}`));
  });
  return panel;
}

function errors(t: Translate, y: number): ReturnType<typeof columnTable> {
  const failures = t(words.failures);
  return columnTable({
    ...panelText(t, durationPhrases.errors),
    place: { x: 12, y, w: 12, h: 8 },
    labels: [
      { label: "error_type", heading: t(words.errorClass) },
      { label: "task", heading: t(words.task) },
      { label: "queue", heading: t(words.queue) },
    ],
    numbers: [
      {
        heading: failures,
        expr: `topk(${MOST}, ${risenInRange(taskError, ["error_type", ...BY_TASK])} > 0)`,
        unit: Short,
        decimals: 0,
      },
    ],
    sortBy: failures,
    noValue: t(words.none),
    alerts: ["TaskFailureRatioHigh"],
  });
}
