import { writtenValue } from "./colors.ts";
import { fieldOptions } from "./field-options.ts";
import type { PanelBody } from "./page/picture.ts";
import type { PanelData } from "./panel-data.ts";
import { seriesName } from "./series-name.ts";

/** A panel of type `stat`: a large number for each sample. */
export function numbersBody(data: PanelData): PanelBody {
  const values = lastValues(data);
  const colorMode = data.panel.options?.colorMode ?? "value";
  if (colorMode !== "value" && colorMode !== "none") {
    throw new Error(`The preview does not know the colour mode "${colorMode}"`);
  }
  const numbers = values.map(({ name, value, options }) => {
    const { text, color } = writtenValue(value, options);
    return { name: values.length > 1 ? name : "", value: colorMode === "none" || !color ? { text } : { text, color } };
  });
  return { kind: "numbers", numbers };
}

/** A panel of type `bargauge`: a bar for each sample, from the least to the greatest value that its options or its data have. */
export function barsBody(data: PanelData): PanelBody {
  const values = lastValues(data);
  const highest = Math.max(...values.map(({ value }) => value));
  const bars = values.map(({ name, value, options }) => {
    const { min = 0, max = highest } = options;
    const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
    return { name, value: writtenValue(value, options), share };
  });
  return { kind: "bars", bars };
}

function lastValues({ panel, answers }: PanelData) {
  return answers.flatMap(({ target, samples, series }) => {
    const last = series.flatMap(({ metric, values }) => {
      const value = values.findLast((candidate) => candidate !== null);
      return value === undefined || value === null ? [] : [{ metric, value }];
    });
    return [...samples, ...last].map(({ metric, value }) => {
      const name = seriesName(target.legendFormat, metric);
      return { name, value, options: fieldOptions(panel, { name, refId: target.refId }) };
    });
  });
}
