/** The name of a series: its labels in the places of `{{label}}`, or all of them where the format is `__auto`. */
export function seriesName(legendFormat: string, metric: Readonly<Record<string, string>>): string {
  if (legendFormat !== "" && legendFormat !== "__auto") {
    return legendFormat
      .replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) =>
        Object.hasOwn(metric, label) ? String(metric[label]) : "",
      )
      .trim();
  }
  const { __name__ = "", ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 && __name__ !== "" ? __name__ : `${__name__}{${pairs.join(", ")}}`;
}
