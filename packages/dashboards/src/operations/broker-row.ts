import { BytesIEC, CountsPerMinute, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { type GraphPanel, graphPanel } from "../graph-panel.ts";
import { brokerPhrases } from "../phrases/broker-phrases.ts";
import { rowPhrases } from "../phrases/frame-phrases.ts";
import type { PanelPhrase, Translate } from "../phrases/phrase.ts";
import { words } from "../phrases/word-phrases.ts";
import { selector } from "../selector.ts";
import { statePanel } from "../state-panel.ts";
import { overTime } from "../targets.ts";
import { thresholds } from "../thresholds.ts";
import { type DashboardRow, panelText } from "./dashboard-row.ts";
import { BY_BROKER, fact, perMinute } from "./grouped.ts";
import { upWords } from "./health-row.ts";

const { brokerMemory, brokerMemoryLimit, brokerPing, brokerUnacked, brokerUp } = contract;
const { eventsMissed, eventsTimestamp, queueReadError } = contract;
const BROKER = "{{broker}}";

/** The broker? */
export const brokerRow: DashboardRow = {
  title: rowPhrases.broker,
  height: 14,
  panels: (t, y) => [
    statePanel({
      ...panelText(t, brokerPhrases.up),
      place: { x: 0, y, w: 8, h: 7 },
      expr: fact(brokerUp, BY_BROKER),
      legend: BROKER,
      words: upWords(t),
      noValue: t(words.unknown),
      alerts: ["TaskBrokerDown"],
    }),
    ...serverPanels(t, y),
    ...readingPanels(t, y + 7),
  ],
};

function serverPanels(t: Translate, y: number): ReturnType<typeof graphPanel>[] {
  const size = { y, w: 8, h: 7 } as const;
  return [
    graphPanel({
      ...panelText(t, brokerPhrases.ping),
      unit: Seconds,
      place: { x: 8, ...size },
      legend: "names",
      thresholds: thresholds.ping,
      alerts: ["TaskBrokerSlow"],
    }).withTarget(overTime("A", `min by (broker) (${selector(brokerPing)})`, BROKER)),
    graphPanel({
      ...panelText(t, brokerPhrases.memory),
      unit: BytesIEC,
      place: { x: 16, ...size },
      legend: "names",
      alerts: ["TaskBrokerMemoryNearLimit"],
    })
      .withTarget(overTime("A", fact(brokerMemory, BY_BROKER), `${BROKER} ${t(words.used)}`))
      .withTarget(overTime("B", fact(brokerMemoryLimit, BY_BROKER), `${BROKER} ${t(words.limit)}`))
      .overrideByQuery("B", [{ id: "custom.lineStyle", value: { fill: "dash", dash: [6, 6] } }]),
  ];
}

function readingPanels(t: Translate, y: number): ReturnType<typeof graphPanel>[] {
  const quarter = (column: number, phrase: PanelPhrase): Omit<GraphPanel, "unit"> => ({
    ...panelText(t, phrase),
    place: { x: column * 6, y, w: 6, h: 7 },
    legend: "names",
  });
  return [
    graphPanel({
      ...quarter(0, brokerPhrases.readErrors),
      noValue: t(words.nothingRefused),
      unit: CountsPerMinute,
      alerts: ["TaskQueueReadingStale"],
    }).withTarget(overTime("A", perMinute(queueReadError, ["queue", "reason"]), "{{queue}} {{reason}}")),
    graphPanel({ ...quarter(1, brokerPhrases.unacked), noValue: t(words.notTold), unit: Short })
      .decimals(0)
      .withTarget(overTime("A", fact(brokerUnacked, BY_BROKER), BROKER)),
    graphPanel({
      ...quarter(2, brokerPhrases.eventsMissed),
      noValue: t(words.notTold),
      unit: CountsPerMinute,
      alerts: ["TaskEventsMissed"],
    }).withTarget(overTime("A", perMinute(eventsMissed, BY_BROKER), BROKER)),
    graphPanel({
      ...quarter(3, brokerPhrases.eventsAge),
      noValue: t(words.notTold),
      unit: Seconds,
      thresholds: thresholds.eventsAge,
      alerts: ["TaskEventsSilent"],
    }).withTarget(overTime("A", `time() - ${fact(eventsTimestamp, BY_BROKER)}`, BROKER)),
  ];
}
