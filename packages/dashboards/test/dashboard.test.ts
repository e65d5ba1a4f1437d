import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { describe, expect, test } from "vitest";
import {
  type DashboardFile,
  type DashboardPanel,
  dashboardQueries,
  interpolate,
  variablesIn,
} from "../../../test/grafana-dashboard.ts";
import { taskDashboard } from "../src/dashboard.ts";
import { readExpression } from "./promql.ts";

const dashboard = JSON.parse(JSON.stringify(taskDashboard())) as DashboardFile & { readonly __inputs?: unknown };
const variables = dashboard.templating.list;
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const queries = dashboardQueries(dashboard);

/** Every series that the contract allows on `/metrics`, with the labels it has there; `job` and `instance` come from the scrape. */
const SERIES = new Map(
  (Object.values(contract) as readonly InstrumentDefinition[]).flatMap(({ name, kind, labels }) => {
    const all: readonly string[] = ["job", "instance", ...labels];
    if (kind !== "histogram") return [[name, all] as const];
    return [...["_sum", "_count"].map((part) => [`${name}${part}`, all] as const), [`${name}_bucket`, [...all, "le"]]];
  }),
);

const everything = { job: "All", queue: "All", task: "All", __rate_interval: "5m" };

describe.each(queries.map((query) => [query.id, query] as const))("query %s", (_, { target }) => {
  const expression = readExpression(interpolate(target.expr, everything, variables));

  test("is valid PromQL", () => {
    expect(expression.valid, target.expr).toBe(true);
  });

  test("names only series of the contract, by labels that they have", () => {
    expect(expression.series.length).toBeGreaterThan(0);
    for (const name of expression.series) {
      expect([...SERIES.keys()]).toContain(name);
      expect(SERIES.get(name)).toEqual(expect.arrayContaining([...expression.labels]));
    }
  });

  test("names its lines by labels that it keeps", () => {
    const shown = [...target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label as string);
    const grouped = /sum by \(([^)]*)\)|max by \(([^)]*)\)/.exec(target.expr);
    const kept = (grouped?.[1] ?? grouped?.[2])?.split(", ") ?? ["job", "instance"];
    expect(kept).toEqual(expect.arrayContaining(shown));
  });

  test("asks the chosen data source", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax of a variable
    expect(target.datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
  });
});

test("every variable that is used is defined, and the other way round", () => {
  const used = new Set(variablesOfOurs(dashboard));
  expect([...used].toSorted()).toEqual(["datasource", "job", "queue", "task"]);
  expect(variables.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
});

test("every filter offers several values and all of them, those without the label included", () => {
  for (const variable of variables.filter(({ type }) => type === "query")) {
    expect(variable).toMatchObject({ multi: true, includeAll: true, allValue: ".*" });
    const { query } = variable.query as { query: string };
    const [, series = "", label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
    expect(label).toBe(variable.name);
    expect(readExpression(interpolate(series, everything, variables)).valid, series).toBe(true);
    for (const name of /__name__=~"([^"]*)"/.exec(series)?.[1]?.split("|") ?? [""]) {
      expect(SERIES.get(name)).toContain(label);
    }
  }
});

test("a variable depends only on those before it", () => {
  variables.forEach((variable, index) => {
    const earlier = variables.slice(0, index).map(({ name }) => name);
    expect(earlier).toEqual(expect.arrayContaining(variablesOfOurs(variable)));
  });
});

test("imports into Grafana 10 and later as it is, under a uid that stays", () => {
  expect(dashboard.uid).toBe("taskvitals");
  expect(dashboard.schemaVersion).toBe(39);
  expect(dashboard.__inputs).toBeUndefined();
  expect(dashboard).not.toHaveProperty("id");
});

test.each(panels.map((panel) => [panel.title, panel] as const))("panel %s says what it answers", (_, panel) => {
  expect(panel.description).toContain("?");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax of a variable
  expect(panel.datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
  expect(panel.targets?.map(({ refId }) => refId)).toEqual(["A", "B", "C", "D"].slice(0, panel.targets?.length));
});

test("each vital sign is shown in its unit", () => {
  const unit = Object.fromEntries(panels.map(({ title, fieldConfig }) => [title, fieldConfig?.defaults.unit]));
  expect(unit).toEqual({
    Succeeded: "short",
    Failed: "short",
    "Success ratio": "percentunit",
    "Outcomes by task": "short",
    "Tasks finished": "cpm",
    "Success ratio, recent": "percentunit",
    "Average duration": "s",
    "Queue length": "short",
    CPU: "percent",
    Memory: "gbytes",
  });
});

test("panels have their own id and cover neither each other nor the edge of the grid", () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const taken = new Map<string, string>();
  for (const panel of dashboard.panels) {
    for (const cell of cells(panel)) {
      expect(taken.get(cell), `${panel.title} at ${cell}`).toBeUndefined();
      taken.set(cell, panel.title);
    }
    expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24);
  }
});

/** The variables that a part of the dashboard uses, without those that Grafana itself provides. */
function variablesOfOurs(part: unknown): string[] {
  return variablesIn(JSON.stringify(part)).filter((name) => !["__all", "__rate_interval"].includes(name));
}

function cells({ gridPos: { x, y, w, h } }: DashboardPanel): string[] {
  return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
}
