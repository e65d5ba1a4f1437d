import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { PanelPlace } from "./panel-place.ts";
import { runbookLink } from "./runbook-link.ts";
import type { ThresholdStep } from "./thresholds.ts";
import { DATA_SOURCE } from "./variables.ts";

/** What a panel of lines over time says. */
export interface GraphPanel {
  /** Heading of the panel. */
  readonly title: string;
  /** What the panel answers, and what a gap or a drop in it means. */
  readonly description: string;
  /** A unit of Grafana, such as `s` or `percentunit`. */
  readonly unit: string;
  /** Where it stands. */
  readonly place: PanelPlace;
  /** Drawn as dashed lines. */
  readonly thresholds?: readonly ThresholdStep[];
  /** `table`: names with the last and the greatest value, for wide panels. `names`: names alone. Default `table`. */
  readonly legend?: "table" | "names";
  /** Shown where there is no line at all; never a number. Default: Grafana's own words. */
  readonly noValue?: string;
  /** Names of the alerts whose runbooks the panel links to. Default none. */
  readonly alerts?: readonly string[];
}

/** A panel of lines over time: no line where there is no sample, the last values in its legend. The axis starts at 0. */
export function graphPanel(options: GraphPanel): PanelBuilder {
  const { title, description, unit, place, thresholds, legend = "table", noValue, alerts = [] } = options;
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(unit)
    .min(0)
    .spanNulls(false)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(legend === "table" ? LegendDisplayMode.Table : LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(legend === "table" ? ["lastNotNull", "max"] : []),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (noValue !== undefined) panel.noValue(noValue);
  if (alerts.length > 0) panel.links(alerts.map(runbookLink));
  if (thresholds === undefined) return panel;
  return panel
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...thresholds]))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}
