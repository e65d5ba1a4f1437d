import { KNOWN_SERIES } from "./known-series.ts";
import { type PromqlNode, parseExpression, readSelection } from "./promql.ts";

const RANKS = ["topk", "bottomk", "limitk"];
const SETS = ["And", "Unless"];
const EXPRESSIONS =
  /^(BinaryExpr|AggregateExpr|FunctionCall|VectorSelector|MatrixSelector|ParenExpr|UnaryExpr|OffsetExpr|SubqueryExpr|StepInvariantExpr|NumberDurationLiteral|StringLiteral)$/;

/**
 * The labels that the answer of an expression has, worked out from those of its series as Prometheus does; `undefined` for a number.
 *
 * @throws Error on a series that is not known, a label that its series does not have, a grouping by a label that is not there, and an
 * operation between two sides whose labels can never be equal
 */
export function labelsOf(text: string): readonly string[] | undefined {
  const top = operands(parseExpression(text))[0];
  if (top === undefined) throw new Error(`Nothing to evaluate in ${text}`);
  return read(top, text);
}

function read(node: PromqlNode, text: string): readonly string[] | undefined {
  const inner = operands(node);
  switch (node.name) {
    case "VectorSelector":
      return selected(node, text);
    case "AggregateExpr":
      return aggregated(node, text);
    case "FunctionCall":
      return called(node, text);
    case "BinaryExpr":
      return combined(node, inner, text);
    case "NumberDurationLiteral":
    case "StringLiteral":
      return undefined;
    default:
      return inner[0] === undefined ? undefined : read(inner[0], text);
  }
}

function selected(node: PromqlNode, text: string): readonly string[] {
  const { matchers, names } = readSelection(node, text);
  if (names.length === 0) throw new Error(`A selector without a name: ${at(node, text)}`);
  const kept = new Set<string>();
  for (const name of names) {
    const labels = KNOWN_SERIES.get(name);
    if (labels === undefined) throw new Error(`There is no series ${name}: ${at(node, text)}`);
    for (const label of Object.keys(matchers)) requireLabel(labels, label, node, text);
    for (const label of labels) kept.add(label);
  }
  return [...kept];
}

function aggregated(node: PromqlNode, text: string): readonly string[] {
  const operator = at(node.getChild("AggregateOp") as PromqlNode, text);
  const body = node.getChild("FunctionCallBody") as PromqlNode;
  const from = operands(body)
    .map((one) => read(one, text))
    .find((labels) => labels !== undefined);
  if (from === undefined) throw new Error(`An aggregation of no series: ${at(node, text)}`);
  if (RANKS.includes(operator)) return from;
  const modifier = node.getChild("AggregateModifier");
  const labels = groupingOf(modifier?.getChild("GroupingLabels"), text);
  for (const label of labels) requireLabel(from, label, node, text);
  return modifier?.getChild("Without") ? from.filter((label) => !labels.includes(label)) : labels;
}

function called(node: PromqlNode, text: string): readonly string[] | undefined {
  const name = at(node.getChild("FunctionIdentifier") as PromqlNode, text);
  const body = node.getChild("FunctionCallBody");
  const given = body === null ? [] : operands(body);
  const from = given.map((one) => read(one, text)).find((labels) => labels !== undefined);
  if (from === undefined) return undefined;
  if (name === "histogram_quantile") {
    requireLabel(from, "le", node, text);
    return from.filter((label) => label !== "le");
  }
  if (name !== "label_join" && name !== "label_replace") return from;
  const strings = given.filter((one) => one.name === "StringLiteral").map((one) => JSON.parse(at(one, text)) as string);
  const [target = "", ...rest] = strings;
  const sources = name === "label_join" ? rest.slice(1) : [rest[1] ?? ""];
  for (const label of sources) requireLabel(from, label, node, text);
  return [...new Set([...from, target])];
}

function combined(node: PromqlNode, sides: readonly PromqlNode[], text: string): readonly string[] | undefined {
  const [left, right] = sides.map((side) => read(side, text));
  if (left === undefined || right === undefined) return left ?? right;
  const matching = node.getChild("MatchingModifierClause");
  const on = matching?.getChild("On") ? groupingOf(matching.getChild("GroupingLabels"), text) : undefined;
  for (const label of on ?? []) for (const side of [left, right]) requireLabel(side, label, node, text);
  if (SETS.some((name) => node.getChild(name))) return left;
  if (node.getChild("Or")) return [...new Set([...left, ...right])];
  if (matching?.getChild("GroupLeft")) return left;
  if (matching?.getChild("GroupRight")) return right;
  if (on !== undefined) return on;
  if (left.toSorted().join() !== right.toSorted().join()) {
    throw new Error(`Sides with other labels (${left}; ${right}): ${at(node, text)}`);
  }
  return left;
}

function groupingOf(node: PromqlNode | null | undefined, text: string): readonly string[] {
  return (node?.getChildren("LabelName") ?? []).map((one) => at(one, text));
}

function operands(node: PromqlNode): PromqlNode[] {
  const found: PromqlNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (EXPRESSIONS.test(child.name)) found.push(child);
  }
  return found;
}

function requireLabel(labels: readonly string[], label: string, node: PromqlNode, text: string): void {
  if (!labels.includes(label)) throw new Error(`No label ${label} among ${labels.join(", ")}: ${at(node, text)}`);
}

function at(node: PromqlNode, text: string): string {
  return text.slice(node.from, node.to);
}
