/** A page of the text format, read by its samples. */
export interface MetricsPage {
  readonly text: string;
  /** The value of the sample with exactly these labels; `undefined` where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** The label sets of a family, in the order of the page. */
  series(name: string): readonly Readonly<Record<string, string>>[];
  /** Every sample as `name{label="value",…}` with its labels sorted, and its value. */
  readonly samples: ReadonlyMap<string, number>;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/**
 * Reads a page of Prometheus' text format.
 *
 * @throws Error for a line that is not of the format, and for a sample that is there twice
 */
export function parsePage(text: string): MetricsPage {
  const samples = new Map<string, number>();
  const series = new Map<string, Record<string, string>[]>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, inner = "", value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
    const labels = parseLabels(inner, line);
    const key = keyOf(name, labels);
    if (samples.has(key)) throw new Error(`there twice: ${key}`);
    samples.set(key, value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value));
    series.set(name, [...(series.get(name) ?? []), labels]);
  }
  return {
    text,
    samples,
    value: (name, labels = {}) => samples.get(keyOf(name, labels)),
    series: (name) => series.get(name) ?? [],
  };
}

function parseLabels(inner: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let end = 0;
  LABEL.lastIndex = 0;
  for (const [whole, name = "", escaped = ""] of inner.matchAll(LABEL)) {
    if (name in labels) throw new Error(`label ${name} is there twice: ${line}`);
    labels[name] = escaped.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
    end += whole.length;
  }
  if (end !== inner.length) throw new Error(`not labels: ${line}`);
  return labels;
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0
    ? name
    : `${name}{${sorted.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}}`;
}
