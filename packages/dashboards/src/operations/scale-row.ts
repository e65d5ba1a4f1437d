import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { type GraphPanel, graphPanel } from "../graph-panel.ts";
import { rowPhrases } from "../phrases/frame-phrases.ts";
import type { PanelPhrase, Translate } from "../phrases/phrase.ts";
import { scalePhrases } from "../phrases/scale-phrases.ts";
import { words } from "../phrases/word-phrases.ts";
import { overTime } from "../targets.ts";
import { thresholds } from "../thresholds.ts";
import { type DashboardRow, panelText } from "./dashboard-row.ts";
import { BY_QUEUE, fact } from "./grouped.ts";
import { arriving, finishing, p95ByQueue, saturation, timeToDrain } from "./queue-queries.ts";

const { queueLength, queueOldestAge, taskDuration, taskWait } = contract;
const QUEUE = "{{queue}}";
const DASHED = [{ id: "custom.lineStyle", value: { fill: "dash", dash: [6, 6] } }];

/** Scale out? */
export const scaleRow: DashboardRow = {
  title: rowPhrases.scale,
  height: 16,
  panels: (t, y) => [...pressure(t, y), ...backlog(t, y + 8)],
};

function third(t: Translate, column: number, y: number, phrase: PanelPhrase): Omit<GraphPanel, "unit"> {
  return { ...panelText(t, phrase), place: { x: column * 8, y, w: 8, h: 8 }, legend: "names" };
}

function pressure(t: Translate, y: number): ReturnType<typeof graphPanel>[] {
  return [
    graphPanel({
      ...third(t, 0, y, scalePhrases.saturation),
      unit: PercentUnit,
      thresholds: thresholds.saturation,
      alerts: ["TaskSlotsExhausted"],
    }).withTarget(overTime("A", saturation(), QUEUE)),
    graphPanel({
      ...third(t, 1, y, scalePhrases.rates),
      unit: CountsPerMinute,
      alerts: ["TaskQueueGrowing"],
    })
      .withTarget(overTime("A", arriving(), `${QUEUE} ${t(words.arriving)}`))
      .withTarget(overTime("B", finishing(), `${QUEUE} ${t(words.finishing)}`))
      .overrideByQuery("B", DASHED),
    graphPanel({
      ...third(t, 2, y, scalePhrases.drain),
      unit: Seconds,
      thresholds: thresholds.drain,
      noValue: t(words.nothingShrinks),
      alerts: ["TaskQueueGrowing"],
    }).withTarget(overTime("A", timeToDrain(), QUEUE)),
  ];
}

function backlog(t: Translate, y: number): ReturnType<typeof graphPanel>[] {
  return [
    graphPanel({
      ...third(t, 0, y, scalePhrases.length),
      unit: Short,
      thresholds: thresholds.queueLength,
      alerts: ["TaskQueueGrowing"],
    })
      .decimals(0)
      .withTarget(overTime("A", fact(queueLength, BY_QUEUE), QUEUE)),
    graphPanel({
      ...third(t, 1, y, scalePhrases.age),
      unit: Seconds,
      thresholds: thresholds.oldestAge,
      alerts: ["TaskQueueOldestTaskTooOld"],
    }).withTarget(overTime("A", fact(queueOldestAge, BY_QUEUE), QUEUE)),
    graphPanel({ ...third(t, 2, y, scalePhrases.waitAgainstRun), unit: Seconds })
      .withTarget(overTime("A", p95ByQueue(taskWait), `${QUEUE} ${t(words.waiting)}`))
      .withTarget(overTime("B", p95ByQueue(taskDuration), `${QUEUE} ${t(words.run)}`))
      .overrideByQuery("B", DASHED),
  ];
}
