import { PanelBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelPlace } from "./panel-place.ts";
import { runbookLink } from "./runbook-link.ts";
import { atTheEnd } from "./targets.ts";
import type { ThresholdStep } from "./thresholds.ts";
import { DATA_SOURCE } from "./variables.ts";

/** What a panel of bars says. */
export interface BarPanel {
  /** Heading of the panel. */
  readonly title: string;
  /** What the bars compare. */
  readonly description: string;
  /** A unit of Grafana. */
  readonly unit: string;
  /** Where it stands. */
  readonly place: PanelPlace;
  /** PromQL of one sample per bar, in the order of the bars. */
  readonly expr: string;
  /** Name of a bar. */
  readonly legend: string;
  /** Shown where there is no bar. */
  readonly noValue: string;
  /** Colours of the bars; without them all are blue. */
  readonly thresholds?: readonly ThresholdStep[];
  /** Names of the alerts whose runbooks the panel links to. Default none. */
  readonly alerts?: readonly string[];
}

/** A panel of horizontal bars: the values at the end of the time range, each with its name above it. */
export function barPanel(options: BarPanel): PanelBuilder {
  const { title, description, unit, place, expr, legend, noValue, thresholds, alerts = [] } = options;
  const steps = thresholds ?? [{ value: null, color: "blue" }];
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(unit)
    .min(0)
    .noValue(noValue)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .namePlacement(BarGaugeNamePlacement.Top)
    .valueMode(BarGaugeValueMode.Color)
    .showUnfilled(true)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps]))
    .withTarget(atTheEnd("A", expr, legend));
  return alerts.length === 0 ? panel : panel.links(alerts.map(runbookLink));
}
