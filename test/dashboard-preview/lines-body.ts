import { colorOf, lineColor } from "./colors.ts";
import type { FieldOptions } from "./dashboard-model.ts";
import { fieldOptions } from "./field-options.ts";
import type { Line, PanelBody } from "./page/picture.ts";
import { formatValue } from "./page/value-format.ts";
import type { PanelData } from "./panel-data.ts";
import { seriesName } from "./series-name.ts";

/** What a legend may say of a line, by Grafana's name for it. */
const calculations: Readonly<Record<string, { readonly title: string; readonly of: (values: number[]) => number }>> = {
  lastNotNull: { title: "Last *", of: (values) => values.at(-1) as number },
  max: { title: "Max", of: (values) => Math.max(...values) },
  mean: { title: "Mean", of: (values) => values.reduce((sum, value) => sum + value, 0) / values.length },
};

/** A panel of type `timeseries`. */
export function linesBody({ panel, times, events, answers }: PanelData): PanelBody {
  const { legend } = panel.options ?? {};
  const shown = (legend?.displayMode === "table" ? (legend.calcs ?? []) : []).map((name) => {
    const calculation = calculations[name];
    if (calculation === undefined) throw new Error(`The preview does not know the legend's "${name}"`);
    return calculation;
  });
  const lines = answers
    .flatMap(({ target, series }) => series.map((one) => ({ ...one, target })))
    .map(({ metric, values, target }, index): Line => {
      const name = seriesName(target.legendFormat, metric);
      const options = fieldOptions(panel, { name, refId: target.refId });
      const known = values.filter((value) => value !== null);
      const { lineStyle } = options.custom ?? {};
      return {
        name,
        color: lineColor(index, options),
        ...(lineStyle?.fill === "dash" && { dash: lineStyle.dash ?? [10, 10] }),
        values,
        facts: shown.map(({ of }) => (known.length === 0 ? "" : formatValue(of(known), options))),
      };
    })
    .filter(({ values }) => values.some((value) => value !== null));
  const options = fieldOptions(panel, { name: "" });
  const { unit, decimals, min, max } = options;
  return {
    kind: "lines",
    times,
    lines,
    format: decimals === undefined ? { unit } : { unit, decimals },
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    limits: limitsOf(options),
    events,
    legend: shown.map(({ title }) => title),
  };
}

/** The thresholds that are drawn as lines. The lowest has no value of its own. */
function limitsOf({ custom, thresholds }: FieldOptions): { value: number; color: string }[] {
  const mode = custom?.thresholdsStyle?.mode ?? "off";
  if (mode === "off") return [];
  if (mode !== "dashed") throw new Error(`The preview does not know the threshold style "${mode}"`);
  return (thresholds?.steps ?? []).flatMap(({ value, color }) =>
    value === null ? [] : [{ value, color: colorOf(color) }],
  );
}
