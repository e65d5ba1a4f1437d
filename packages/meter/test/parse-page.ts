/**
 * A page as Prometheus would take it: samples by name and sorted labels. Empty labels are dropped, as Prometheus drops
 * them.
 */
export interface ParsedPage {
  readonly samples: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
}

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"/y;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/su;

/**
 * Strict: throws on a line that does not parse, a family that is split or declared twice, and a sample that appears
 * twice.
 */
export function parsePage(page: string): ParsedPage {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const closed = new Set<string>();
  let family = "";
  if (page !== "" && !page.endsWith("\n")) throw new Error("the last line does not end");
  for (const line of page.split("\n")) {
    if (line === "" || line.startsWith("# UNIT ") || line === "# no registered metrics") continue;
    const header = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (header !== null) {
      const [, kind, name, text] = header as unknown as [string, string, string, string];
      if (name !== family) {
        if (closed.has(name)) throw new Error(`family ${name} is split`);
        closed.add(family);
        family = name;
      }
      const target = kind === "HELP" ? helps : types;
      if (target.has(name)) throw new Error(`second ${kind} of ${name}`);
      target.set(name, text);
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const [, name, labels = "", value] = sample as unknown as [string, string, string | undefined, string];
    const own = types.get(family) === "histogram" ? [`${family}_bucket`, `${family}_sum`, `${family}_count`] : [family];
    if (!own.includes(name)) throw new Error(`${name} under the header of ${family}`);
    const key = `${name}{${parseLabels(labels, line)}}`;
    if (samples.has(key)) throw new Error(`second sample ${key}`);
    samples.set(key, parseValue(value, line));
  }
  return { samples, types, helps };
}

function parseLabels(text: string, line: string): string {
  const labels: string[] = [];
  const names = new Set<string>();
  let at = 0;
  while (at < text.length) {
    LABEL.lastIndex = at;
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`not a label at ${at}: ${line}`);
    const [whole, name, value] = match as unknown as [string, string, string];
    if (names.has(name)) throw new Error(`label ${name} twice: ${line}`);
    names.add(name);
    if (value !== "") labels.push(`${name}="${value}"`);
    at += whole.length;
    if (at < text.length && text[at++] !== ",") throw new Error(`no comma at ${at}: ${line}`);
  }
  return labels.sort().join(",");
}

function parseValue(text: string, line: string): number {
  if (text === "+Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  if (text === "NaN") return Number.NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`not a value: ${line}`);
  return value;
}
