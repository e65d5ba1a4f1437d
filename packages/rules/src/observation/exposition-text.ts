import type { Sample } from "./sample.ts";

/** Name, labels, value; a time stamp may follow. */
const LINE = /^([a-zA-Z_:][\w:]*)[ \t]*(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const LABEL = /[ \t]*([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)/gy;

/**
 * Reads the samples of Prometheus' text format whose names are wanted. Lines that are no samples are passed over: a page of something else has none.
 */
export function parseExposition(text: string, isWanted: (name: string) => boolean): readonly Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, inner = "", written = ""] = LINE.exec(line) ?? [];
    if (name === undefined || !isWanted(name)) continue;
    const labels = parseLabels(inner);
    const value = parseValue(written);
    if (labels !== undefined && value !== undefined) samples.push({ name, labels, value });
  }
  return samples;
}

function parseLabels(inner: string): Record<string, string> | undefined {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  let end = 0;
  LABEL.lastIndex = 0;
  for (const [whole, name = "", escaped = ""] of inner.matchAll(LABEL)) {
    labels[name] = escaped.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
    end += whole.length;
  }
  return inner.slice(end).trim() === "" ? labels : undefined;
}

/** NaN is what a metric says of which it knows nothing. */
function parseValue(written: string): number | undefined {
  if (/^\+?Inf$/i.test(written)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(written)) return Number.NEGATIVE_INFINITY;
  const value = Number(written);
  return Number.isNaN(value) ? undefined : value;
}
