import type { FieldOptions } from "./dashboard-model.ts";
import type { ColoredText } from "./page/picture.ts";
import { formatValue } from "./page/value-format.ts";

/** The names that dashboards give colours, as Grafana's dark theme shows them. */
const named: Readonly<Record<string, string>> = {
  green: "#73bf69",
  yellow: "#fade2a",
  orange: "#ff9830",
  red: "#f2495c",
  blue: "#5794f2",
  purple: "#b877d9",
};

/** What lines are drawn in, in the order in which they come; after the last the first again. */
const palette: readonly string[] = [
  ...["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0"],
  ...["#37872d", "#fade2a", "#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477"],
];

/** @throws Error on a name that the preview does not know */
export function colorOf(name: string): string {
  if (/^#[0-9a-f]{6}$/i.test(name)) return name;
  const color = named[name];
  if (color === undefined) throw new Error(`The preview does not know the colour "${name}"`);
  return color;
}

/** The colour of the line with this number, from 0. */
export function lineColor(index: number, { color }: FieldOptions): string {
  if (color?.mode === "fixed" && color.fixedColor !== undefined) return colorOf(color.fixedColor);
  return palette[index % palette.length] as string;
}

/** The colour of the highest threshold that the value reaches; none where there are no thresholds. */
export function thresholdColor(value: number, { thresholds }: FieldOptions): string | undefined {
  if (thresholds === undefined) return undefined;
  if (thresholds.mode !== "absolute") throw new Error(`The preview does not know thresholds in "${thresholds.mode}"`);
  const step = thresholds.steps.findLast((candidate) => candidate.value === null || value >= candidate.value);
  return step === undefined ? undefined : colorOf(step.color);
}

/** A value as its mapping or its unit writes it, in the colour of the mapping or the threshold. */
export function writtenValue(value: number | string, options: FieldOptions & { readonly unit: string }): ColoredText {
  const mapped = options.mappings?.map((mapping) => {
    if (mapping.type !== "value") throw new Error(`The preview does not know mappings by "${mapping.type}"`);
    return Object.hasOwn(mapping.options, String(value)) ? mapping.options[String(value)] : undefined;
  });
  const mapping = mapped?.find((candidate) => candidate !== undefined);
  const text = mapping?.text ?? (typeof value === "string" ? value : formatValue(value, options));
  const byThreshold = typeof value === "string" ? undefined : thresholdColor(value, options);
  const color = mapping?.color === undefined ? byThreshold : colorOf(mapping.color);
  return color === undefined ? { text } : { text, color };
}
