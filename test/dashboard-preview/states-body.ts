import { writtenValue } from "./colors.ts";
import { fieldOptions } from "./field-options.ts";
import type { PanelBody, StatesBody } from "./page/picture.ts";
import type { PanelData } from "./panel-data.ts";
import { seriesName } from "./series-name.ts";

/** A panel of type `state-timeline`: equal values that follow each other are one state, and a gap is none. */
export function statesBody({ panel, shown, times, answers }: PanelData): PanelBody {
  const step = (times[1] ?? shown.to) - (times[0] ?? shown.from);
  const rows = answers.flatMap(({ target, series }) =>
    series.map(({ metric, values }) => {
      const name = seriesName(target.legendFormat, metric);
      const options = fieldOptions(panel, { name, refId: target.refId });
      const states: StatesBody["rows"][number]["states"][number][] = [];
      values.forEach((value, index) => {
        if (value === null) return;
        const from = times[index] as number;
        const to = Math.min(from + step, shown.to);
        const last = states.at(-1);
        if (last?.to === from && value === values[index - 1]) states[states.length - 1] = { ...last, to };
        else if (to > from) states.push({ ...writtenValue(value, options), from, to });
      });
      return { name, states };
    }),
  );
  return { kind: "states", from: shown.from, to: shown.to, rows: rows.filter(({ states }) => states.length > 0) };
}
