/** A line with a sample, taken apart as far as it takes to say that Prometheus will read it. */
export interface SampleLine {
  readonly name: string;
  /** Tells its series from every other: the name and the labels, whatever their order. */
  readonly series: string;
  /** The labels, by name; values as they are written. */
  readonly labels: ReadonlyMap<string, string>;
  /** Where the sample ends: what follows is an exemplar. */
  readonly end: number;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="/y;
const VALUE = / (\S+)(?: -?\d{1,18})?/y;
const EXEMPLAR = / # \{/y;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^(?:nan|[+-]?inf(?:inity)?)$/i;
const BACKSLASH = 92;
const QUOTE = 34;

/**
 * Reads a line of the text format 0.0.4.
 *
 * @param mayHaveExemplar - as the lines of OpenMetrics may
 * @returns `undefined` for a line for which Prometheus would refuse the page
 */
export function readSample(line: string, mayHaveExemplar: boolean): SampleLine | undefined {
  const name = match(NAME, line, 0)?.[0];
  if (name === undefined) return undefined;
  const labels = new Map<string, string>();
  const afterLabels = readLabels(line, name.length, labels);
  const value = afterLabels === undefined ? undefined : match(VALUE, line, afterLabels);
  if (value?.[1] === undefined || !isNumber(value[1])) return undefined;
  const end = value.index + value[0].length;
  if (end !== line.length && !(mayHaveExemplar && match(EXEMPLAR, line, end))) return undefined;
  return { name, series: seriesOf(name, labels), labels, end };
}

/** Whether Prometheus reads it as a number: of a value, or of a bound. */
export function isNumber(text: string): boolean {
  return DECIMAL.test(text) ? Number.isFinite(Number(text)) : NOT_FINITE.test(text);
}

/** Where the labels end; `undefined` where they do not. */
function readLabels(line: string, start: number, labels: Map<string, string>): number | undefined {
  if (line[start] !== "{") return start;
  let at = start + 1;
  while (line[at] !== "}") {
    const [head = "", name] = match(LABEL, line, at) ?? [];
    const end = name === undefined ? undefined : endOfValue(line, at + head.length);
    // A name that is there twice, or is that of the metric, costs a scrape all its samples.
    if (name === undefined || end === undefined || name === "__name__" || labels.has(name)) return undefined;
    labels.set(name, line.slice(at + head.length, end));
    at = end + 1;
    if (line[at] === ",") at += 1;
    else if (line[at] !== "}") return undefined;
  }
  return at + 1;
}

/** By hand, because an expression on a value of megabytes may exhaust the stack. */
function endOfValue(line: string, start: number): number | undefined {
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH && !'\\"n'.includes(line[++at] ?? "?")) return undefined;
  }
  return undefined;
}

function seriesOf(name: string, labels: ReadonlyMap<string, string>): string {
  if (labels.size === 0) return name;
  // Prometheus takes an empty value for no label.
  const present = [...labels].filter(([, value]) => value !== "").map(([label, value]) => `${label}="${value}"`);
  return `${name}{${present.sort().join(",")}}`;
}

function match(expression: RegExp, line: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(line) ?? undefined;
}
