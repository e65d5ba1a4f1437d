import { parser } from "@prometheus-io/lezer-promql";

/** What a PromQL expression names. */
export interface Expression {
  /** Whether it is valid by Prometheus' own grammar. */
  readonly valid: boolean;
  /** Names of the series that it selects. */
  readonly series: readonly string[];
  /** Labels that it matches or groups by. */
  readonly labels: readonly string[];
}

/** Reads an expression with the grammar of Prometheus' own editor. Grafana's interval must have been replaced before. */
export function readExpression(text: string): Expression {
  let valid = true;
  const series: string[] = [];
  const labels: string[] = [];
  parser.parse(text).iterate({
    enter({ name, type, from, to }) {
      if (type.isError) valid = false;
      if (name === "Identifier") series.push(text.slice(from, to));
      if (name === "LabelName") labels.push(text.slice(from, to));
    },
  });
  return { valid, series: [...new Set(series)], labels: [...new Set(labels)] };
}
