import { VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import {
  CellValuesBuilder,
  FilterValueRangeBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { Short } from "@grafana/grafana-foundation-sdk/units";
import type { PanelPlace } from "./panel-place.ts";
import { asBuckets } from "./targets.ts";
import { DATA_SOURCE } from "./variables.ts";

/** What a heat map says. */
export interface HeatMapPanel {
  /** Heading of the panel. */
  readonly title: string;
  /** What the spread answers. */
  readonly description: string;
  /** Unit of the bounds, which stand at the left. */
  readonly unit: string;
  /** Where it stands. */
  readonly place: PanelPlace;
  /** PromQL of one sample per upper bound `le`: how many lie at or below it. */
  readonly expr: string;
}

/** A heat map of a histogram over time: the cells count what lies between two bounds, empty ones stay empty. */
export function heatMapPanel({ title, description, unit, place, expr }: HeatMapPanel): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(Short)
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Oranges").steps(64))
    .filterValues(new FilterValueRangeBuilder().le(NEARLY_NONE))
    .cellValues(new CellValuesBuilder().unit(Short))
    .showValue(VisibilityMode.Never)
    .cellGap(1)
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .showLegend()
    .withTarget(asBuckets("A", expr));
}

/** Cells with at most so many are not drawn: Grafana's own default. */
const NEARLY_NONE = 1e-9;
