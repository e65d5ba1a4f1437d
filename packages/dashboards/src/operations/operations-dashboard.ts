import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { OPERATIONS_DASHBOARD_UID, RUNBOOK_URL } from "@taskvitals/rules";
import { SCHEMA_VERSION, SMALL_DASHBOARD_UID } from "../dashboard.ts";
import { framePhrases } from "../phrases/frame-phrases.ts";
import { type Language, type Translate, translator } from "../phrases/phrase.ts";
import { DATA_SOURCE, dashboardVariables } from "../variables.ts";
import { brokerRow } from "./broker-row.ts";
import type { DashboardRow } from "./dashboard-row.ts";
import { durationRow } from "./duration-row.ts";
import { firingAlerts } from "./health-queries.ts";
import { healthRow } from "./health-row.ts";
import { machineRow } from "./machine-row.ts";
import { scaleRow } from "./scale-row.ts";
import { stuckRow } from "./stuck-row.ts";

/** The questions, in the order in which somebody on call asks them. */
const ROWS: readonly DashboardRow[] = [healthRow, stuckRow, scaleRow, durationRow, brokerRow, machineRow];

/** Uids by language. They never change: alerts, links and provisioning refer to them. */
const UID: Readonly<Record<Language, string>> = {
  en: OPERATIONS_DASHBOARD_UID,
  "zh-TW": `${OPERATIONS_DASHBOARD_UID}-zh-tw`,
};

/** The dashboard for whoever is on call: one row per question. In every language the queries are the same. */
export function operationsDashboard(language: Language): Dashboard {
  const t = translator(language);
  const builder = new DashboardBuilder(t(framePhrases.title))
    .uid(UID[language])
    .description(t(framePhrases.description))
    .tags(["taskvitals"])
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .annotations([firingAnnotation(t)])
    .links(links(t))
    .variables(dashboardVariables(t));
  let y = 0;
  for (const row of ROWS) {
    builder.withRow(new RowBuilder(t(row.title)).gridPos({ x: 0, y, w: 24, h: 1 }));
    for (const panel of row.panels(t, y + 1)) builder.withPanel(panel);
    y += 1 + row.height;
  }
  const dashboard = builder.build();
  dashboard.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return { ...dashboard, schemaVersion: SCHEMA_VERSION };
}

/** Marks in every graph when an alert fired. */
function firingAnnotation(t: Translate): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(t(framePhrases.firingAlerts))
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor("red")
    .expr(firingAlerts())
    .step("30s")
    .titleFormat("{{alertname}}")
    .textFormat("{{queue}} {{task}} {{broker}} {{instance}}")
    .tagKeys("severity");
}

function links(t: Translate): DashboardLinkBuilder[] {
  return [
    new DashboardLinkBuilder(t(framePhrases.smallDashboard))
      .type(DashboardLinkType.Link)
      .tooltip(t(framePhrases.smallDashboardAbout))
      .icon("dashboard")
      .url(`/d/${SMALL_DASHBOARD_UID}`)
      .includeVars(true)
      .keepTime(true),
    new DashboardLinkBuilder(t(framePhrases.runbooks))
      .type(DashboardLinkType.Link)
      .tooltip(t(framePhrases.runbooksAbout))
      .icon("doc")
      .url(RUNBOOK_URL)
      .targetBlank(true),
  ];
}
