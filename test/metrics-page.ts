/** One sample of a metrics page. */
export interface PageSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A page in Prometheus' text format, as a scrape got it. */
export interface MetricsPage {
  readonly text: string;
  readonly samples: readonly PageSample[];
  /** The value of the one sample with this name and at least these labels; undefined when there is none. Throws when there are several. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Scrapes a page. @throws Error when the answer is not 200. */
export async function fetchPage(url: string): Promise<MetricsPage> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`GET ${url} answered ${response.status}: ${text}`);
  return parseMetricsPage(text);
}

/** Reads the text of a page. */
export function parseMetricsPage(text: string): MetricsPage {
  const samples = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseSample);
  return {
    text,
    samples,
    value(name, labels = {}) {
      const found = samples.filter(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1) throw new Error(`${found.length} samples of ${name}:\n${text}`);
      return found[0]?.value;
    },
  };
}

function parseSample(line: string): PageSample {
  const parsed = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)?.groups;
  if (parsed === undefined) throw new Error(`Not a sample: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, name, value] of (parsed.labels ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name as string] = JSON.parse(`"${value}"`) as string;
  }
  return { name: parsed.name as string, labels, value: Number(parsed.value?.replace("Inf", "Infinity")) };
}
