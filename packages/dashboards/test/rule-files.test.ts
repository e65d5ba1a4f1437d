import { alerts, ruleGroups } from "@taskvitals/rules";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ruleFiles } from "../src/rule-files.ts";

interface RuleFileContent {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Readonly<Record<string, unknown>>[] }[];
}

const files = ruleFiles().map(({ content, name }) => ({ name, text: content() }));
const oneLine = (expr: unknown): string => String(expr).replace(/\s+/g, " ");

describe.each(files)("$name", ({ name, text }) => {
  const content = parse(text, { strict: true }) as RuleFileContent;

  test("holds the rules of its group, whatever was folded", () => {
    const group = ruleGroups({ grafanaUrl: "http://localhost:3000" }).find((one) => `${one.name}.yml` === name);
    const flat = (rules: RuleFileContent["groups"][number]["rules"]): object[] =>
      rules.map((rule) => ({ ...rule, expr: oneLine(rule.expr) }));
    expect(content.groups.map(({ name: own, rules }) => ({ own, rules: flat(rules) }))).toEqual([
      { own: group?.name, rules: flat((group?.rules ?? []) as never) },
    ]);
  });

  test("has lines that fit on a screen", () => {
    expect(text.split("\n").filter((line) => line.length > 140)).toEqual([]);
  });
});

test("every alert is in one file", () => {
  const names = files.flatMap(({ text }) => [...text.matchAll(/- alert: (\w+)/g)].map(([, name]) => name));
  expect(names).toEqual(alerts.map(({ name }) => name));
});
