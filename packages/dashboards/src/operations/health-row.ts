import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { RUNBOOK_URL, SEVERITIES } from "@taskvitals/rules";
import { columnTable } from "../column-table.ts";
import { graphPanel } from "../graph-panel.ts";
import { type NumberPanel, numberPanel } from "../number-panel.ts";
import { rowPhrases } from "../phrases/frame-phrases.ts";
import { healthPhrases } from "../phrases/health-phrases.ts";
import type { PanelPhrase, Translate } from "../phrases/phrase.ts";
import { words } from "../phrases/word-phrases.ts";
import { ALERT_NAMES, runbookAnchor } from "../runbook-link.ts";
import { overTime } from "../targets.ts";
import { thresholds } from "../thresholds.ts";
import type { ValueWords } from "../value-words.ts";
import { type DashboardRow, panelText } from "./dashboard-row.ts";
import {
  endedPerMinute,
  failedInRange,
  firingAlerts,
  firingRows,
  oldestReading,
  successRatioInRange,
  targetsDown,
  worstBroker,
} from "./health-queries.ts";

const TILE = { w: 4, h: 4 } as const;
const SEVERITY_COLOR = { critical: "red", warning: "orange", info: "blue" } as const;

/** Is it healthy? */
export const healthRow: DashboardRow = {
  title: rowPhrases.health,
  height: 12,
  panels: (t, y) => [...tiles(t, y).map(numberPanel), firing(t, y + TILE.h), finished(t, y + TILE.h)],
};

function tiles(t: Translate, y: number): NumberPanel[] {
  const tile = (column: number, phrase: PanelPhrase): Pick<NumberPanel, "title" | "description" | "place"> => ({
    ...panelText(t, phrase),
    place: { x: column * TILE.w, y, ...TILE },
  });
  return [
    {
      ...tile(0, healthPhrases.successRatio),
      unit: PercentUnit,
      expr: successRatioInRange(),
      noValue: t(words.nothingEnded),
      thresholds: thresholds.successRatio,
      alerts: ["TaskFailureRatioHigh", "TaskFailureBudgetBurnsFast"],
    },
    {
      ...tile(1, healthPhrases.failed),
      unit: Short,
      decimals: 0,
      expr: failedInRange(),
      noValue: t(words.unknown),
      alerts: ["TaskFailureRatioHigh"],
    },
    {
      ...tile(2, healthPhrases.alerts),
      unit: Short,
      decimals: 0,
      expr: `count(${firingAlerts()})`,
      noValue: t(words.none),
      thresholds: thresholds.none,
    },
    {
      ...tile(3, healthPhrases.broker),
      unit: Short,
      expr: worstBroker(),
      noValue: t(words.unknown),
      thresholds: thresholds.up,
      words: upWords(t),
      alerts: ["TaskBrokerDown"],
    },
    {
      ...tile(4, healthPhrases.reading),
      unit: Seconds,
      decimals: 0,
      expr: oldestReading(),
      noValue: t(words.unknown),
      thresholds: thresholds.readingAge,
      alerts: ["TaskQueueReadingStale"],
    },
    {
      ...tile(5, healthPhrases.targets),
      unit: Short,
      decimals: 0,
      expr: targetsDown(),
      noValue: t(words.unknown),
      thresholds: thresholds.none,
      alerts: ["TaskTargetDown", "TaskMetricsAbsent"],
    },
  ];
}

/** Words for a broker's 1 and 0. */
export function upWords(t: Translate): ValueWords {
  return { "1": { text: t(words.up), color: "green" }, "0": { text: t(words.down), color: "red" } };
}

function firing(t: Translate, y: number): ReturnType<typeof columnTable> {
  return columnTable({
    ...panelText(t, healthPhrases.firing),
    place: { x: 0, y, w: 14, h: 8 },
    labels: [
      // So wide that the longest name is whole.
      { label: "alertname", heading: t(words.alert), width: 210 },
      {
        label: "severity",
        heading: t(words.severity),
        width: 90,
        words: Object.fromEntries(
          SEVERITIES.map((severity) => [severity, { text: severity, color: SEVERITY_COLOR[severity] }]),
        ),
      },
      { label: "about", heading: t(words.subject) },
      {
        label: "runbook",
        heading: t(words.runbook),
        width: 110,
        // A link can use what a cell shows, and cannot make it lower case.
        words: Object.fromEntries(ALERT_NAMES.map((name) => [name, { text: runbookAnchor(name) }])),
        link: {
          title: t(words.runbook),
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax of a cell's own text
          url: `${RUNBOOK_URL}#${"${__value.text}"}`,
          targetBlank: true,
        },
      },
    ],
    numbers: [{ heading: t(words.alert), expr: firingRows(), unit: Short, hidden: true }],
    noValue: t(words.none),
  });
}

function finished(t: Translate, y: number): ReturnType<typeof graphPanel> {
  const { taskFailure, taskSuccess } = contract;
  return graphPanel({
    ...panelText(t, healthPhrases.finished),
    unit: CountsPerMinute,
    place: { x: 14, y, w: 10, h: 8 },
    alerts: ["TaskFailureRatioHigh"],
  })
    .withTarget(overTime("A", endedPerMinute(taskSuccess), t(words.succeeded)))
    .withTarget(overTime("B", endedPerMinute(taskFailure), t(words.failed)))
    .overrideByQuery("B", [{ id: "color", value: { mode: "fixed", fixedColor: "red" } }]);
}
