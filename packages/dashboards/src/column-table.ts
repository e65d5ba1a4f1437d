import {
  TableCellDisplayMode,
  TableCellHeight,
  TableSortByFieldStateBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  type DynamicConfigValue,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { PanelPlace } from "./panel-place.ts";
import { runbookLink } from "./runbook-link.ts";
import { asRows } from "./targets.ts";
import type { ThresholdStep } from "./thresholds.ts";
import { mappingOf, type ValueWords } from "./value-words.ts";
import { DATA_SOURCE } from "./variables.ts";

/** A column of labels: which rows there are. */
export interface LabelColumn {
  /** The label. */
  readonly label: string;
  /** Its heading. */
  readonly heading: string;
  /** Words that stand for certain values. Default none. */
  readonly words?: ValueWords;
  /** Where a cell leads to; `${__value.text}` is what it shows. Default nowhere. */
  readonly link?: Pick<DashboardLink, "title" | "url" | "targetBlank">;
  /** Pixels that it is wide. Default: its share of what the others leave. */
  readonly width?: number;
}

/** A column of numbers. */
export interface NumberColumn {
  /** Its heading. */
  readonly heading: string;
  /** The query that fills it, with one sample per row. */
  readonly expr: string;
  /** A unit of Grafana. */
  readonly unit: string;
  /** Digits after the point. Default: as many as Grafana finds useful. */
  readonly decimals?: number;
  /** Colours of the number. Default none. */
  readonly thresholds?: readonly ThresholdStep[];
  /** Words that stand for certain values. Default none. */
  readonly words?: ValueWords;
  /** Whether the column is left out, so that only the rows count. Default false. */
  readonly hidden?: boolean;
}

/** What a table says. */
export interface ColumnTable {
  /** Heading of the panel. */
  readonly title: string;
  /** What the table answers. */
  readonly description: string;
  /** Where it stands. */
  readonly place: PanelPlace;
  /** The columns that name a row. */
  readonly labels: readonly LabelColumn[];
  /** The columns of numbers. */
  readonly numbers: readonly NumberColumn[];
  /** Heading of the column by which the rows are sorted, the greatest first; without it, in the order of the answer. */
  readonly sortBy?: string;
  /** What stands in a cell, or in a panel, without a value. */
  readonly noValue: string;
  /** Names of the alerts whose runbooks the panel links to. Default none. */
  readonly alerts?: readonly string[];
}

/** Pixels that a column needs at least. Grafana's own 150 push the last of many columns out of a panel at 1280 pixels. */
const MIN_WIDTH = 80;

/** A table of values at the end of the time range: one row per combination of labels, one column per query. */
export function columnTable(options: ColumnTable): PanelBuilder {
  const { title, description, place, labels, numbers, sortBy, noValue, alerts = [] } = options;
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATA_SOURCE)
    .gridPos({ ...place })
    .unit(numbers[0]?.unit ?? "short")
    .noValue(noValue)
    .cellHeight(TableCellHeight.Sm)
    .minWidth(MIN_WIDTH)
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: organized(labels, numbers) });
  numbers.forEach(({ expr }, index) => {
    panel.withTarget(asRows(refIdOf(index), expr));
  });
  for (const column of labels) {
    const properties = labelProperties(column);
    if (properties.length > 0) panel.overrideByName(column.heading, properties);
  }
  for (const column of numbers.filter(({ hidden }) => hidden !== true)) {
    panel.overrideByName(column.heading, numberProperties(column));
  }
  if (alerts.length > 0) panel.links(alerts.map(runbookLink));
  if (sortBy === undefined) return panel;
  return panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
}

function refIdOf(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

/** Names the columns that Grafana calls after their label or query, and hides the time of the evaluation. */
function organized(labels: readonly LabelColumn[], numbers: readonly NumberColumn[]): Record<string, object> {
  // Grafana names the one column of a single query without its letter.
  const name = (index: number): string => (numbers.length === 1 ? "Value" : `Value #${refIdOf(index)}`);
  const order = ["Time", ...labels.map(({ label }) => label), ...numbers.map((_, index) => name(index))];
  const hidden = numbers.flatMap((column, index) => (column.hidden === true ? [name(index)] : []));
  return {
    excludeByName: Object.fromEntries(["Time", ...hidden].map((column) => [column, true])),
    indexByName: Object.fromEntries(order.map((column, index) => [column, index])),
    renameByName: Object.fromEntries([
      ...labels.map(({ label, heading }) => [label, heading]),
      ...numbers.flatMap(({ heading, hidden: out }, index) => (out === true ? [] : [[name(index), heading]])),
    ]),
  };
}

function labelProperties({ words, link, width }: LabelColumn): DynamicConfigValue[] {
  return [
    ...(words === undefined ? [] : [{ id: "mappings", value: [mappingOf(words)] satisfies ValueMapping[] }]),
    ...(words === undefined || Object.values(words).every(({ color }) => color === undefined) ? [] : [colouredText()]),
    ...(link === undefined ? [] : [{ id: "links", value: [link] }]),
    ...(width === undefined ? [] : [{ id: "custom.width", value: width }]),
  ];
}

function numberProperties({ unit, decimals, thresholds, words }: NumberColumn): DynamicConfigValue[] {
  return [
    { id: "unit", value: unit },
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(words === undefined ? [] : [{ id: "mappings", value: [mappingOf(words)] satisfies ValueMapping[] }]),
    ...(thresholds === undefined
      ? []
      : [{ id: "thresholds", value: { mode: ThresholdsMode.Absolute, steps: thresholds } }]),
    ...(thresholds === undefined && words === undefined ? [] : [colouredText()]),
  ];
}

function colouredText(): DynamicConfigValue {
  return { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorText } };
}
