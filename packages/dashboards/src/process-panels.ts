import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { Gibibytes, Percent } from "@grafana/grafana-foundation-sdk/units";
import { graphPanel } from "./graph-panel.ts";
import { cpuByTarget, memoryByTarget } from "./queries.ts";
import { overTime } from "./targets.ts";
import { thresholds } from "./thresholds.ts";

const TARGET = "{{job}} {{instance}}";

/** Panels that answer whether the machines and processes have room; the topmost stands at row `y` of the grid. */
export function processPanels(y: number): Builder<Panel>[] {
  return [
    graphPanel({
      title: "CPU",
      description: "How busy is the host or container of each process? Processes that share a host show the same CPU.",
      unit: Percent,
      place: { x: 0, y, w: 12, h: 8 },
      thresholds: thresholds.cpuPercent,
    })
      .max(100)
      .withTarget(overTime("A", cpuByTarget(), TARGET)),
    graphPanel({
      title: "Memory",
      description:
        "How much memory does each process hold resident? A line that only rises, across quiet times as well, is a leak.",
      // The metric counts units of 1024³ bytes, which Grafana calls GiB.
      unit: Gibibytes,
      place: { x: 12, y, w: 12, h: 8 },
    }).withTarget(overTime("A", memoryByTarget(), TARGET)),
  ];
}
