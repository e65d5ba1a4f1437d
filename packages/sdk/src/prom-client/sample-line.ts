/** A line with a sample, taken apart as far as it takes to say that Prometheus will read it. */
export interface SampleLine {
  readonly name: string;
  readonly labels: SampleLabels;
  /** Where name and labels end. */
  readonly headEnd: number;
  /** Where the sample ends: what follows is an exemplar. */
  readonly end: number;
}

/** The labels of a sample. */
export interface SampleLabels {
  /** Their names, in their order. */
  readonly names: readonly string[];
  /** Where the value of each begins and ends, one after the other. */
  readonly values: readonly number[];
}

const TIMESTAMP = /^-?\d{1,18}$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^(?:nan|[+-]?inf(?:inity)?)$/i;
const NO_LABELS: SampleLabels = { names: [], values: [] };

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/**
 * Reads a line of the text format 0.0.4. In one pass and by hand: it is done for every sample of every page, and an expression on a value of megabytes may
 * exhaust the stack.
 *
 * @param mayHaveExemplar - as the lines of OpenMetrics may
 * @returns `undefined` for a line for which Prometheus would refuse the page
 */
export function readSample(line: string, mayHaveExemplar: boolean): SampleLine | undefined {
  const nameEnd = endOfName(line, 0, true);
  if (nameEnd === 0) return undefined;
  const name = line.slice(0, nameEnd);
  if (line.charCodeAt(nameEnd) !== OPENING_BRACE) {
    const end = endOfSample(line, nameEnd, mayHaveExemplar);
    return end === undefined ? undefined : { name, labels: NO_LABELS, headEnd: nameEnd, end };
  }
  const names: string[] = [];
  const values: number[] = [];
  const headEnd = readLabels(line, nameEnd + 1, names, values);
  const end = headEnd === undefined ? undefined : endOfSample(line, headEnd, mayHaveExemplar);
  return headEnd === undefined || end === undefined ? undefined : { name, labels: { names, values }, headEnd, end };
}

/** The value of a label of a line that was read, as it is written; `undefined` where it is not there. */
export function labelOf(line: string, { names, values }: SampleLabels, label: string): string | undefined {
  const at = names.indexOf(label);
  return at === -1 ? undefined : line.slice(values[2 * at], values[2 * at + 1]);
}

/** Tells the series of a line that was read from every other, whatever the order of its labels. Prometheus takes an empty value for no label. */
export function seriesOf(line: string, { name, labels }: SampleLine): string {
  const present = labels.names
    .map((label) => `${label}="${labelOf(line, labels, label)}"`)
    .filter((label) => !label.endsWith('=""'));
  return `${name}{${present.sort().join(",")}}`;
}

/** Whether Prometheus reads it as a number: of a value, or of a bound. */
export function isNumber(text: string): boolean {
  return DECIMAL.test(text) ? Number.isFinite(Number(text)) : NOT_FINITE.test(text);
}

/** Where the labels end, which begin at `start`; `undefined` where they do not. */
function readLabels(line: string, start: number, names: string[], values: number[]): number | undefined {
  let at = start;
  while (line.charCodeAt(at) !== CLOSING_BRACE) {
    const nameEnd = endOfName(line, at, false);
    const name = line.slice(at, nameEnd);
    // A name that is there twice, or is that of the metric, costs a scrape all its samples.
    if (name === "" || name === "__name__" || names.includes(name)) return undefined;
    if (line.charCodeAt(nameEnd) !== EQUALS || line.charCodeAt(nameEnd + 1) !== QUOTE) return undefined;
    const valueEnd = endOfValue(line, nameEnd + 2);
    if (valueEnd === undefined) return undefined;
    names.push(name);
    values.push(nameEnd + 2, valueEnd);
    at = valueEnd + 1;
    if (line.charCodeAt(at) === COMMA) at += 1;
    else if (line.charCodeAt(at) !== CLOSING_BRACE) return undefined;
  }
  return at + 1;
}

/** `start` where there is no name. */
function endOfName(line: string, start: number, mayHaveColon: boolean): number {
  let at = start;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
    const isDigit = code >= 48 && code <= 57;
    if (!(isLetter || (isDigit && at > start) || (mayHaveColon && code === COLON))) break;
  }
  return at;
}

function endOfValue(line: string, start: number): number | undefined {
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH && !'\\"n'.includes(line[++at] ?? "?")) return undefined;
  }
  return undefined;
}

/** Where value and timestamp end, which begin with a space at `start`. */
function endOfSample(line: string, start: number, mayHaveExemplar: boolean): number | undefined {
  const exemplar = mayHaveExemplar ? line.indexOf(" # {", start) : -1;
  const end = exemplar === -1 ? line.length : exemplar;
  if (line[start] !== " ") return undefined;
  const space = line.indexOf(" ", start + 1);
  const valueEnd = space === -1 || space > end ? end : space;
  if (!isNumber(line.slice(start + 1, valueEnd))) return undefined;
  return valueEnd === end || TIMESTAMP.test(line.slice(valueEnd + 1, end)) ? end : undefined;
}
