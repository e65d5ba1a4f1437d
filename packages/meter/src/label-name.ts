const ILLEGAL = /[^a-zA-Z0-9_]/g;
const REPEATED = /_{2,}/g;
const LONGEST = 255;

/**
 * The Prometheus name of an attribute, made as the standard exporter makes it, or `undefined` when no legal name comes
 * of it (`""`, `9lead`, or longer than 255 characters). One illegal name on a page costs a scrape target all its
 * samples.
 */
export function labelName(attribute: string): string | undefined {
  if (attribute.length > LONGEST) return undefined;
  const name = collapse(attribute);
  const first = name.charCodeAt(0);
  return name === "" || (first >= 48 && first <= 57) ? undefined : name;
}

/**
 * The Prometheus name of a metric: the instrument's own, with illegal characters replaced; a counter that does not end
 * in `_total` gets it, and no unit is appended (both as `@opentelemetry/exporter-prometheus` 0.301 does). `undefined`
 * when nothing is left.
 */
export function metricName(instrument: string, monotonic: boolean): string | undefined {
  let name = collapse(instrument);
  if (name === "" || name === "_") return undefined;
  const first = name.charCodeAt(0);
  if (first >= 48 && first <= 57) name = `_${name}`;
  return monotonic && !name.endsWith("_total") ? `${name}_total` : name;
}

function collapse(name: string): string {
  return name.replace(ILLEGAL, "_").replace(REPEATED, "_");
}
