import { contract } from "@taskvitals/core";
import { parseSync, Visitor } from "oxc-parser";
import type { SourceFile } from "./workspace.ts";

const names: readonly string[] = Object.values(contract).map(({ name }) => name);
const spelled = new RegExp(`(?<!\\w)(?:${names.join("|")})(?:_bucket|_sum|_count)?(?!\\w)`);

/** The string literals of a file that spell a metric of the contract. Comments may: they are read by people. */
export function spelledMetricNames(file: SourceFile): string[] {
  const { program } = parseSync(file.path, file.text);
  const found: string[] = [];
  const check = (value: unknown): void => {
    const match = typeof value === "string" ? spelled.exec(value) : null;
    if (match !== null) found.push(`${file.path}: ${match[0]}`);
  };
  new Visitor({
    Literal: (node) => check(node.value),
    TemplateElement: (node) => check(node.value.cooked),
  }).visit(program);
  return found;
}
