import { contract } from "@taskvitals/core";
import { recordingRules } from "@taskvitals/rules";
import { describe, expect, it } from "vitest";
import { readExpression } from "../../packages/dashboards/test/promql.ts";
import { type CodeBlock, documentedBlocks } from "./code-blocks.ts";
import { readYamlBlock, yamlKind } from "./yaml-kinds.ts";

const blocks = documentedBlocks();
const inLanguage = (language: string): (readonly [string, string])[] =>
  blocks.filter((block) => block.language === language).map(({ place, text }) => [place, text]);

/** Every language that a block may be in, and what holds it against the real thing. */
const CHECKED_BY: Readonly<Record<string, string>> = {
  js: "test/tutorial.e2e.test.ts, which runs it",
  json: "this file",
  lua: "packages/redis/test/shared-totals/documented-worker.integration.test.ts, which runs it",
  mermaid: "this file, as far as its kind goes",
  promql: "this file, by the grammar of Prometheus",
  python: "test/documentation.e2e.test.ts, which compiles it",
  redis: "test/documentation.e2e.test.ts, on a server",
  sh: "commands.test.ts",
  text: "this file: what a program printed, whose metrics are those of the contract",
  ts: "test/documentation.e2e.test.ts, which compiles it",
  yaml: "this file, and test/documentation.e2e.test.ts for what other programs read",
};

it.each(blocks.map((block) => [block.place, block] as const))(
  "the block at %s is in a language that is checked",
  (_, { language }: CodeBlock) => {
    expect(Object.keys(CHECKED_BY)).toContain(language);
  },
);

it.each(inLanguage("json"))("the JSON at %s is valid", (_, text) => {
  expect(() => JSON.parse(text)).not.toThrow();
});

describe.each(inLanguage("yaml"))("the YAML at %s", (_, text) => {
  it("is of a kind that is checked, and fits what reads it", () => {
    const kind = yamlKind(text);
    expect(kind).toBeDefined();
    if (kind !== undefined) readYamlBlock(kind, text);
  });
});

const names = [
  ...Object.values(contract).flatMap(({ name }) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]),
  ...Object.values(recordingRules).map(({ name }) => name),
];

describe.each(inLanguage("promql"))("the PromQL at %s", (_, text) => {
  const queries = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));

  it.each(queries)("has the valid query %s, on series that exist", (query) => {
    const { series, valid } = readExpression(query);
    expect(valid).toBe(true);
    expect([...names, "up", "ALERTS"]).toEqual(expect.arrayContaining([...series]));
  });
});

it.each(inLanguage("mermaid"))("the drawing at %s is of a kind that Mermaid has", (_, text) => {
  expect(text).toMatch(/^(flowchart|graph|sequenceDiagram|stateDiagram-v2)\b/);
});

it.each(inLanguage("js"))("the JavaScript at %s is on the page that a test runs", (place) => {
  expect(place).toMatch(/^docs\/tutorial\.md:/);
});

it.each(inLanguage("lua"))("the Lua at %s is on the page whose scripts a test runs", (place) => {
  expect(place).toMatch(/^docs\/shared-totals\.md:/);
});

it.each(inLanguage("text"))("the output at %s has no metric that does not exist", (_, text) => {
  const shown = [...text.matchAll(/^((?:task|taskvitals|system)_\w+)(?=[{ ])/gm)].map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(shown));
});
