import type { PanelBody } from "./page/picture.ts";
import { formatTick, formatValue, isKnownUnit } from "./page/value-format.ts";
import type { PanelData } from "./panel-data.ts";

/** A panel of type `heatmap`, over the cumulative buckets of a histogram: each cell is what its bucket alone has. */
export function heatMapBody({ panel, times, answers }: PanelData): PanelBody {
  const { yAxis, cellValues, filterValues } = panel.options ?? {};
  const unit = yAxis?.unit ?? "none";
  const cellUnit = cellValues?.unit ?? "none";
  for (const name of [unit, cellUnit])
    if (!isKnownUnit(name)) throw new Error(`The preview cannot write the unit "${name}"`);
  const cumulative = answers
    .flatMap(({ series }) => series)
    .map(({ metric: { le = "" }, values }) => ({ upTo: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le), values }))
    .toSorted((a, b) => a.upTo - b.upTo);
  const hidden = filterValues?.le ?? Number.NEGATIVE_INFINITY;
  const buckets = cumulative.map(({ upTo, values }, index) => ({
    name: formatTick(upTo, unit),
    counts: values.map((value, at) => {
      const count = value === null ? null : value - (cumulative[index - 1]?.values[at] ?? 0);
      return count === null || count <= hidden ? null : count;
    }),
  }));
  const highest = Math.max(0, ...buckets.flatMap(({ counts }) => counts.map((count) => count ?? 0)));
  return { kind: "heat-map", times, buckets, highest, highestText: formatValue(highest, { unit: cellUnit }) };
}
