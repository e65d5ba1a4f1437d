import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { processPanels } from "./process-panels.ts";
import { queuePanels } from "./queue-panels.ts";
import { taskPanels } from "./task-panels.ts";
import { dashboardVariables } from "./variables.ts";

/** The schema of Grafana 10. A later Grafana migrates it by itself; an earlier one does not know what a later schema says. */
export const SCHEMA_VERSION = 39;

/** Uid of the small dashboard. It never changes: links and provisioning refer to it. */
export const SMALL_DASHBOARD_UID = "taskvitals";

/** The dashboard of the six vital signs. */
export function taskDashboard(): Dashboard {
  const builder = new DashboardBuilder("Task vitals")
    .uid(SMALL_DASHBOARD_UID)
    .description("Do tasks succeed, where are they stuck, do we need more workers?")
    .tags(["taskvitals"])
    .time({ from: "now-30m", to: "now" })
    .refresh("10s")
    .tooltip(DashboardCursorSync.Crosshair)
    .annotations([])
    .variables(dashboardVariables());
  addRow(builder, "Tasks", 0, taskPanels);
  addRow(builder, "Queues", 21, queuePanels);
  addRow(builder, "Processes", 30, processPanels);
  const dashboard = builder.build();
  dashboard.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return { ...dashboard, schemaVersion: SCHEMA_VERSION };
}

function addRow(builder: DashboardBuilder, title: string, y: number, panels: (y: number) => Builder<Panel>[]): void {
  builder.withRow(new RowBuilder(title).gridPos({ x: 0, y, w: 24, h: 1 }));
  for (const panel of panels(y + 1)) builder.withPanel(panel);
}
