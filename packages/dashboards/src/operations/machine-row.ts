import { CountsPerMinute, Gibibytes, Percent, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { type GraphPanel, graphPanel } from "../graph-panel.ts";
import { rowPhrases } from "../phrases/frame-phrases.ts";
import { machinePhrases } from "../phrases/machine-phrases.ts";
import type { PanelPhrase, Translate } from "../phrases/phrase.ts";
import { words } from "../phrases/word-phrases.ts";
import { cpuByTarget, memoryByTarget } from "../queries.ts";
import { EVENT_LOOP_DELAY_P99 } from "../runtime-metrics.ts";
import { selector } from "../selector.ts";
import { overTime } from "../targets.ts";
import { thresholds } from "../thresholds.ts";
import { type DashboardRow, panelText } from "./dashboard-row.ts";
import { perMinute, recentQuantile } from "./grouped.ts";

const { collectionSeconds, exportLost, sdkError, series, seriesOverflow } = contract;
const TARGET = "{{job}} {{instance}}";

/** This machine? */
export const machineRow: DashboardRow = {
  title: rowPhrases.machine,
  height: 15,
  panels: (t, y) => [...processes(t, y), ...measuring(t, y + 8)],
};

function processes(t: Translate, y: number): ReturnType<typeof graphPanel>[] {
  const third = (column: number, phrase: PanelPhrase): Omit<GraphPanel, "unit"> => ({
    ...panelText(t, phrase),
    place: { x: column * 8, y, w: 8, h: 8 },
    legend: "names",
  });
  const delays = `{__name__=~"${EVENT_LOOP_DELAY_P99.join("|")}", job=~"$job"}`;
  return [
    graphPanel({
      ...third(0, machinePhrases.cpu),
      unit: Percent,
      thresholds: thresholds.cpuPercent,
      alerts: ["TaskWorkersOverloaded"],
    })
      .max(100)
      .withTarget(overTime("A", cpuByTarget(), TARGET)),
    // The metric counts units of 1024³ bytes, which Grafana calls GiB.
    graphPanel({ ...third(1, machinePhrases.memory), unit: Gibibytes }).withTarget(
      overTime("A", memoryByTarget(), TARGET),
    ),
    graphPanel({
      ...third(2, machinePhrases.eventLoop),
      unit: Seconds,
      thresholds: thresholds.eventLoop,
      alerts: ["TaskWorkerEventLoopBlocked"],
    }).withTarget(overTime("A", `max by (job, instance) (${delays})`, TARGET)),
  ];
}

function measuring(t: Translate, y: number): ReturnType<typeof graphPanel>[] {
  // The fifth has what Grafana's 24 columns leave.
  const fifth = (column: number, phrase: PanelPhrase): Omit<GraphPanel, "unit"> => ({
    ...panelText(t, phrase),
    place: { x: column * 5, y, w: column === 4 ? 4 : 5, h: 7 },
    legend: "names",
  });
  return [
    graphPanel({ ...fifth(0, machinePhrases.series), unit: Short })
      .decimals(0)
      .withTarget(overTime("A", `max by (job, instance) (${selector(series)})`, TARGET)),
    graphPanel({
      ...fifth(1, machinePhrases.refused),
      unit: CountsPerMinute,
      alerts: ["TaskSeriesRefused"],
    }).withTarget(overTime("A", perMinute(seriesOverflow, ["job"]), "{{job}}")),
    graphPanel({
      ...fifth(2, machinePhrases.errors),
      noValue: t(words.noError),
      unit: CountsPerMinute,
      alerts: ["TaskVitalsFailing"],
    }).withTarget(overTime("A", perMinute(sdkError, ["operation"]), "{{operation}}")),
    graphPanel({ ...fifth(3, machinePhrases.lost), unit: CountsPerMinute }).withTarget(
      overTime("A", perMinute(exportLost, ["reason"]), "{{reason}}"),
    ),
    graphPanel({ ...fifth(4, machinePhrases.collection), unit: Seconds }).withTarget(
      overTime("A", recentQuantile(0.99, collectionSeconds, ["job"]), "{{job}}"),
    ),
  ];
}
