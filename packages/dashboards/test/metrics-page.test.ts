import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { expect, test } from "vitest";
import { metricsPage } from "../src/metrics-page.ts";
import { readExpression } from "./promql.ts";

const page = metricsPage();
const definitions = Object.values(contract) as readonly InstrumentDefinition[];

test.each(definitions.map((definition) => [definition.name, definition] as const))("lists %s", (name, definition) => {
  const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
  const [kind, unit, labels, meaning] = row?.split(" | ").slice(1) ?? [];
  expect(kind).toBe(definition.kind.replace("observable-", ""));
  expect(unit).toBe(`\`${definition.unit}\``);
  expect(labels).toBe(definition.labels.map((label) => `\`${label}\``).join(", ") || "–");
  expect(meaning).toBe(`${definition.description} |`);
});

test("explains every label that a metric carries", () => {
  for (const label of new Set(definitions.flatMap(({ labels }) => labels))) {
    expect(page).toMatch(new RegExp(`^\\| \`${label}\` \\| .+ \\|$`, "m"));
  }
});

test("shows queries that Prometheus accepts", () => {
  const block = /```promql\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const queries = block.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(queries).toHaveLength(6);
  for (const query of queries) expect(readExpression(query).valid, query).toBe(true);
});
