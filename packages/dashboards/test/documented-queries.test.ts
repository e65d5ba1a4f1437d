import { readFileSync } from "node:fs";
import { recordingRules } from "@taskvitals/rules";
import { expect, test } from "vitest";
import { KNOWN_SERIES } from "./known-series.ts";
import { readExpression } from "./promql.ts";

const labelsOf = new Map<string, readonly string[]>([
  ...KNOWN_SERIES,
  ...Object.values(recordingRules).map(({ labels, name }) => [name, labels] as const),
]);
const names = [...labelsOf.keys()].sort((one, other) => other.length - one.length);
const page = readFileSync(new URL("../../../docs/runbooks.md", import.meta.url), "utf8");
const queries = [...page.matchAll(/`([^`\n]+)`/g)]
  .map(([, span = ""]) => span)
  .filter((span) => names.some((name) => name !== "up" && span.includes(name)) || span.startsWith("up{"));

test.each([...new Set(queries)])(
  "the runbooks' query %s is valid, and names only series and labels that are there",
  (query) => {
    const { labels, series, valid } = readExpression(query);
    expect(valid).toBe(true);
    expect(series.length).toBeGreaterThan(0);
    expect([...labelsOf.keys()]).toEqual(expect.arrayContaining([...series]));
    const known = series.flatMap((name) => labelsOf.get(name) ?? []);
    expect([...known, "job", "instance", "__name__"]).toEqual(expect.arrayContaining([...labels]));
  },
);

test("the runbooks have queries", () => {
  expect(queries.length).toBeGreaterThan(20);
});
