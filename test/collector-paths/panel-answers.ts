import { dashboardQueries, interpolate, readDashboard } from "../grafana-dashboard.ts";
import { type MetricStore, withPlainBound } from "./metric-store.ts";

/** A query of a dashboard with nothing chosen, as Grafana would send it. */
export interface PanelQuery {
  readonly id: string;
  readonly expr: string;
}

/** The queries of a dashboard. */
export function panelQueries(file: string): PanelQuery[] {
  const dashboard = readDashboard(file);
  const choices = { job: "All", queue: "All", task: "All", __rate_interval: "5m", __range: "5m" };
  return dashboardQueries(dashboard).map(({ id, target }) => ({
    id,
    expr: interpolate(target.expr, choices, dashboard.templating.list),
  }));
}

/** The lines that a store draws for it, by their labels; of single processes those of `apps` alone. */
export async function panelLines(store: MetricStore, { expr }: PanelQuery, apps: readonly string[]): Promise<string[]> {
  const lines = (await store.query(expr)).map(({ metric }) => metric);
  return lines
    .filter(({ instance }) => instance === undefined || apps.includes(instance))
    .map((labels) => JSON.stringify(Object.entries(withPlainBound(labels)).sort()))
    .sort();
}
