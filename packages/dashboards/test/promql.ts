import { parser } from "@prometheus-io/lezer-promql";

/** The range and the labels of one selector of an expression. */
export interface Selection {
  /** Names of the series: one, or the alternatives of a `__name__` matcher. */
  readonly names: readonly string[];
  /** Its matchers, by label; the text is operator and value, such as `=~"$job"`. */
  readonly matchers: Readonly<Record<string, string>>;
  /** Its range as it stands between the brackets; absent for an instant selector. */
  readonly range?: string;
  /** The functions and aggregations that it stands in, the innermost first. */
  readonly within: readonly string[];
}

/** What a PromQL expression names. */
export interface Expression {
  /** Whether it is valid by Prometheus' own grammar. */
  readonly valid: boolean;
  /** Names of the series that it selects. */
  readonly series: readonly string[];
  /** Labels that it matches or groups by. */
  readonly labels: readonly string[];
  /** Its selectors, in their order. */
  readonly selections: readonly Selection[];
}

/** A node of Prometheus' own syntax tree. */
export type PromqlNode = ReturnType<typeof parser.parse>["topNode"];

/** The syntax tree of an expression; Grafana's interval must have been replaced before. */
export function parseExpression(text: string): PromqlNode {
  return parser.parse(text).topNode;
}

/** Reads an expression with the grammar of Prometheus' own editor. Grafana's interval must have been replaced before. */
export function readExpression(text: string): Expression {
  let valid = true;
  const labels: string[] = [];
  const selections: Selection[] = [];
  parser.parse(text).iterate({
    enter({ name, type, from, to, node }) {
      if (type.isError) valid = false;
      if (name === "LabelName") labels.push(text.slice(from, to));
      if (name === "VectorSelector") selections.push(readSelection(node, text));
    },
  });
  const series = selections.flatMap(({ names }) => names);
  return { valid, series: [...new Set(series)], labels: [...new Set(labels)], selections };
}

/** Reads one selector. */
export function readSelection(node: PromqlNode, text: string): Selection {
  const textOf = (one: PromqlNode | null | undefined): string => (one ? text.slice(one.from, one.to) : "");
  const matchers: Record<string, string> = {};
  for (const one of node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []) {
    matchers[textOf(one.getChild("LabelName"))] =
      `${textOf(one.getChild("MatchOp"))}${textOf(one.getChild("StringLiteral"))}`;
  }
  const { __name__: named, ...others } = matchers;
  const identifier = textOf(node.getChild("Identifier"));
  const alternatives = /^=~?"([\w|:]*)"$/.exec(named ?? "")?.[1]?.split("|") ?? [];
  const within: string[] = [];
  let range: string | undefined;
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.name === "MatrixSelector") range = textOf(up.getChild("DurationExpr"));
    if (up.name === "FunctionCall") within.push(textOf(up.getChild("FunctionIdentifier")));
    if (up.name === "AggregateExpr") within.push(textOf(up.getChild("AggregateOp")));
  }
  const names = identifier === "" ? alternatives : [identifier];
  return { names, matchers: others, within, ...(range === undefined ? {} : { range }) };
}
