import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { Short } from "@grafana/grafana-foundation-sdk/units";
import { contract } from "@taskvitals/core";
import { graphPanel } from "./graph-panel.ts";
import { lengthByQueue } from "./queries.ts";
import { overTime } from "./targets.ts";
import { thresholds } from "./thresholds.ts";

/** Panels that answer whether work piles up; the topmost stands at row `y` of the grid. */
export function queuePanels(y: number): Builder<Panel>[] {
  return [
    graphPanel({
      title: "Queue length",
      description: `How many tasks wait for a worker? A line that keeps rising wants more workers. A gap means that the queue could not be read, which is not 0: ${contract.queueReadError.name} says why.`,
      unit: Short,
      place: { x: 0, y, w: 24, h: 8 },
      thresholds: thresholds.queueLength,
    })
      .decimals(0)
      .withTarget(overTime("A", lengthByQueue(), "{{queue}}")),
  ];
}
