import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { alerts, RUNBOOK_URL } from "@taskvitals/rules";

/** The names of the alerts that are shipped, in the order of their runbooks. */
export const ALERT_NAMES: readonly string[] = alerts.map(({ name }) => name);

/** The anchor of an alert's runbook: its heading as GitHub writes it. */
export function runbookAnchor(alert: string): string {
  return alert.toLowerCase();
}

/**
 * A link of a panel to the runbook of an alert that watches what the panel shows.
 *
 * @throws RangeError when no such alert is shipped
 */
export function runbookLink(alert: string): Builder<DashboardLink> {
  if (!ALERT_NAMES.includes(alert)) throw new RangeError(`There is no alert ${alert}`);
  return new DashboardLinkBuilder(alert)
    .type(DashboardLinkType.Link)
    .url(`${RUNBOOK_URL}#${runbookAnchor(alert)}`)
    .targetBlank(true);
}
