import { BigValueColorMode, BigValueGraphMode, ReduceDataOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import type { PanelPlace } from "./panel-place.ts";
import { runbookLink } from "./runbook-link.ts";
import { atTheEnd } from "./targets.ts";
import type { ThresholdStep } from "./thresholds.ts";
import { mappingOf, type ValueWords } from "./value-words.ts";
import { DATA_SOURCE } from "./variables.ts";

/** What a panel of one large number says. */
export interface NumberPanel {
  /** Heading of the panel. */
  readonly title: string;
  /** What the number answers, and over which time. */
  readonly description: string;
  /** A unit of Grafana, such as `short` or `percentunit`. */
  readonly unit: string;
  /** Where it stands. */
  readonly place: PanelPlace;
  /** PromQL of one sample. */
  readonly expr: string;
  /** Shown where there is no sample; never a number. */
  readonly noValue: string;
  /** Colours of the number; without them it has no colour. */
  readonly thresholds?: readonly ThresholdStep[];
  /** Words that stand for certain values. Default none. */
  readonly words?: ValueWords;
  /** Digits after the point. Default: as many as Grafana finds useful. */
  readonly decimals?: number;
  /** Names of the alerts whose runbooks the panel links to. Default none. */
  readonly alerts?: readonly string[];
}

/** A panel of one large number: the value at the end of the time range. */
export function numberPanel(options: NumberPanel): PanelBuilder {
  const { title, description, unit, place, expr, noValue, thresholds, words, decimals, alerts = [] } = options;
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(unit)
    .noValue(noValue)
    .graphMode(BigValueGraphMode.None)
    .colorMode(thresholds === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""))
    .withTarget(atTheEnd("A", expr, title));
  if (words !== undefined) panel.mappings([mappingOf(words)]);
  if (decimals !== undefined) panel.decimals(decimals);
  if (alerts.length > 0) panel.links(alerts.map(runbookLink));
  if (thresholds === undefined) return panel;
  return panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...thresholds]));
}
