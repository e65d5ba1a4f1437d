import { readFileSync } from "node:fs";
import { alerts, defaultThresholds, SEVERITIES, thresholds } from "@taskvitals/rules";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { thresholdsFile } from "../src/thresholds-file.ts";
import { thresholdsJsonSchema } from "../src/thresholds-schema.ts";

interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
}

const text = thresholdsFile();
const schema = thresholdsJsonSchema() as Schema;

/** The file with its examples, which are comments that are no sentences. */
const examplesAt = text.indexOf("# Values of single queues");
const withExamples = parse(text.slice(0, examplesAt) + text.slice(examplesAt).replace(/^#(?! [A-Z])/gm, ""), {
  strict: true,
}) as Record<string, unknown>;

/** What a value breaks of the part of JSON Schema that ours uses. */
function faults(value: unknown, part: Schema, path: string): string[] {
  if (part.enum !== undefined) return part.enum.includes(value) ? [] : [`${path}: not one of ${part.enum.join(", ")}`];
  if (part.type === "number") {
    const fits = typeof value === "number" && value >= (part.minimum ?? 0) && value <= (part.maximum ?? 0);
    return fits ? [] : [`${path}: ${value}`];
  }
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one, at) => faults(one, part.items ?? {}, `${path}[${at}]`));
  return Object.entries(value as object).flatMap(([key, one]) => {
    const below = part.properties?.[key] ?? part.additionalProperties;
    return below ? faults(one, below, `${path}.${key}`) : [`${path}.${key}: unknown`];
  });
}

/** What each key of a mapping without fixed keys has behind it. */
function below({ additionalProperties }: Schema = {}): Schema {
  return additionalProperties === false || additionalProperties === undefined ? {} : additionalProperties;
}

test("thresholds.yml is what holds where nothing is said", () => {
  expect(parse(text, { strict: true })).toEqual({ thresholds: defaultThresholds });
});

test("every threshold says its unit, its limits, its scope and its reason", () => {
  for (const [name, { max, min, reason, unit }] of Object.entries(thresholds)) {
    const comment =
      text
        .slice(0, text.indexOf(`\n  ${name}: `))
        .split("\n\n")
        .at(-1)
        ?.replace(/\n {2}# /g, " ") ?? "";
    expect(comment).toContain(reason);
    expect(comment).toContain(`${unit}, ${min} to ${max}; `);
    expect(comment).toMatch(/one for the platform|may have its own/);
  }
});

test("its examples are valid once they are no comments", () => {
  expect(Object.keys(withExamples)).toEqual(["thresholds", "queues", "tasks", "forSeconds", "severities", "disabled"]);
  expect(faults(withExamples, schema, "")).toEqual([]);
});

test("the schema knows what may be set, where, and from what to what", () => {
  const { disabled, forSeconds, queues, severities, tasks, thresholds: values } = schema.properties ?? {};
  expect(Object.keys(values?.properties ?? {})).toEqual(Object.keys(thresholds));
  expect(values?.properties?.failureRatio).toMatchObject({ minimum: 0, maximum: 1, default: 0.05 });
  expect(values?.properties?.failureRatio?.description).toContain("Unit: ratio.");
  const [ofQueues, ofTasks] = [queues, tasks].map((part) => Object.keys(below(part).properties ?? {}));
  expect(ofQueues).toContain("stuckSeconds");
  expect(ofTasks).not.toContain("stuckSeconds");
  expect(ofQueues).not.toContain("cpuPercent");
  const names = alerts.map(({ name }) => name);
  expect(Object.keys(forSeconds?.properties ?? {})).toEqual(names);
  expect(severities?.properties?.TaskBrokerDown?.enum).toEqual(SEVERITIES);
  expect(disabled?.items?.enum).toEqual(names);
});

test.each([
  [{ thresholds: { failureRatio: 5 } }, ".thresholds.failureRatio: 5"],
  [{ thresholds: { failureratio: 0.5 } }, ".thresholds.failureratio: unknown"],
  [{ queues: { a: { cpuPercent: 5 } } }, ".queues.a.cpuPercent: unknown"],
  [{ severities: { TaskBrokerDown: "page" } }, ".severities.TaskBrokerDown: not one of critical, warning, info"],
  [{ failureRatio: 0.5 }, ".failureRatio: unknown"],
])("the schema refuses %j", (content, fault) => {
  expect(faults(content, schema, "")).toEqual([fault]);
});

test("the file names the schema beside it", () => {
  const [, name] = /\$schema=\.\/(\S+)/.exec(text) ?? [];
  expect(JSON.parse(readFileSync(new URL(`../../../prometheus/${name}`, import.meta.url), "utf8"))).toEqual(schema);
});
