import { VisibilityMode, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { Short } from "@grafana/grafana-foundation-sdk/units";
import type { PanelPlace } from "./panel-place.ts";
import { runbookLink } from "./runbook-link.ts";
import { overTime } from "./targets.ts";
import { mappingOf, type ValueWords } from "./value-words.ts";
import { DATA_SOURCE } from "./variables.ts";

/** What a panel of states says. */
export interface StatePanel {
  /** Heading of the panel. */
  readonly title: string;
  /** What the states answer. */
  readonly description: string;
  /** Where it stands. */
  readonly place: PanelPlace;
  /** PromQL of one series per band. */
  readonly expr: string;
  /** Name of a band. */
  readonly legend: string;
  /** The states, by value. */
  readonly words: ValueWords;
  /** Shown where there is no band. */
  readonly noValue: string;
  /** Names of the alerts whose runbooks the panel links to. */
  readonly alerts: readonly string[];
}

/** A panel of bands, one per series: which state it was in, and since when. Nothing is drawn where nothing is known. */
export function statePanel(options: StatePanel): PanelBuilder {
  const { title, description, place, expr, legend, words, noValue, alerts } = options;
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(Short)
    .noValue(noValue)
    .mappings([mappingOf(words)])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .spanNulls(false)
    .legend(new VizLegendOptionsBuilder().showLegend(false))
    .links(alerts.map(runbookLink))
    .withTarget(overTime("A", expr, legend));
}
