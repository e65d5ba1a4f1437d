import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { alerts, OPERATIONS_DASHBOARD_UID, RUNBOOK_URL } from "@taskvitals/rules";
import { describe, expect, test } from "vitest";
import { type DashboardFile, dashboardQueries, readDashboard } from "../../../test/grafana-dashboard.ts";
import { withEverything } from "./dashboard-lint.ts";
import { labelsOf } from "./expression-labels.ts";
import { readExpression } from "./promql.ts";

const english = readDashboard("operations.json");
const taiwanese = readDashboard("operations.zh-TW.json");
const panels = english.panels.filter(({ type }) => type !== "row");
const queries = dashboardQueries(english);

test("has one row per question", () => {
  expect(english.panels.filter(({ type }) => type === "row").map(({ title }) => title)).toEqual([
    "Is it healthy?",
    "Where is it stuck?",
    "Scale out?",
    "How long do tasks take?",
    "The broker?",
    "This machine?",
  ]);
});

test("imports into Grafana 10 and later as it is, under uids that stay", () => {
  expect([english.uid, taiwanese.uid]).toEqual(["taskvitals-operations", "taskvitals-operations-zh-tw"]);
  expect(english.uid).toBe(OPERATIONS_DASHBOARD_UID);
  expect(english.title).not.toBe(taiwanese.title);
  for (const dashboard of [english, taiwanese]) {
    expect(dashboard.schemaVersion).toBe(39);
    expect(dashboard).not.toHaveProperty("id");
    expect(dashboard).not.toHaveProperty("__inputs");
  }
});

test("offers the same choices as the small dashboard, which it hands them on to", () => {
  const asked = ({ templating }: DashboardFile): unknown => templating.list.map(({ name, query }) => ({ name, query }));
  expect(asked(english)).toEqual(asked(readDashboard()));
  expect(english.links?.[0]).toMatchObject({ url: `/d/${readDashboard().uid}`, includeVars: true, keepTime: true });
});

test("marks in every graph when an alert of ours fired", () => {
  const list = english.annotations?.list ?? [];
  expect(list).toHaveLength(1);
  const [selection] = readExpression(withEverything(list[0]?.expr ?? "", english.templating.list)).selections;
  expect(selection?.names).toEqual(["ALERTS"]);
  expect(selection?.matchers.alertname).toBe(`=~"${alerts.map(({ name }) => name).join("|")}"`);
});

test("has a use for every instrument of the contract", () => {
  const shown = new Set(queries.flatMap(({ target }) => readExpression(withEverything(target.expr, [])).series));
  const missing = (Object.values(contract) as readonly InstrumentDefinition[]).filter(
    ({ name }) => ![name, `${name}_bucket`].some((series) => shown.has(series)),
  );
  expect(missing).toEqual([]);
});

test.each(panels.map((panel) => [panel.title, panel] as const))(
  "panel %s asks a question and can say that nothing is known",
  (_, panel) => {
    expect(panel.description).toContain("?");
    if (["stat", "table", "bargauge", "state-timeline"].includes(panel.type)) {
      expect(panel.fieldConfig?.defaults).toHaveProperty("noValue");
    }
  },
);

test("every table has the columns that it names", () => {
  for (const panel of panels.filter(({ type }) => type === "table")) {
    const { transformations } = panel as unknown as { transformations: { id: string; options: Organized }[] };
    const { renameByName } = (transformations.find(({ id }) => id === "organize") as { options: Organized }).options;
    const named = Object.keys(renameByName).filter((column) => !column.startsWith("Value"));
    for (const { expr } of panel.targets ?? []) {
      const labels = labelsOf(withEverything(expr, english.templating.list)) ?? [];
      expect(labels.toSorted(), panel.title).toEqual(named.toSorted());
    }
    const numbers = Object.keys(renameByName).filter((column) => column.startsWith("Value"));
    const values =
      panel.targets?.length === 1 ? ["Value"] : (panel.targets ?? []).map(({ refId }) => `Value #${refId}`);
    expect(values, panel.title).toEqual(expect.arrayContaining(numbers));
  }
});

interface Organized {
  readonly renameByName: Readonly<Record<string, string>>;
}

describe("links", () => {
  const uids = [readDashboard().uid, english.uid, taiwanese.uid];
  const runbooks = alerts.map(({ name }) => `${RUNBOOK_URL}#${name.toLowerCase()}`);
  const linksOf = (dashboard: DashboardFile): string[] =>
    [dashboard, ...dashboard.panels].flatMap(({ links = [] }) => links.map(({ url = "" }) => url));

  test.each([english, taiwanese])(
    "of $uid lead to dashboards that are shipped and to runbooks of alerts that are",
    (dashboard) => {
      for (const url of linksOf(dashboard)) {
        const known = [...uids.map((uid) => `/d/${uid}`), RUNBOOK_URL, ...runbooks];
        expect(known).toContain(url);
      }
    },
  );

  test("lead to the runbook of every alert, from a panel that shows what it watches", () => {
    const linked = new Set(linksOf(english));
    const unlinked = runbooks.filter((url) => !linked.has(url)).map((url) => url.split("#")[1]);
    // Its runbook is that of the fast one.
    expect(unlinked).toEqual(["taskfailurebudgetburnsslow"]);
  });

  test("of a firing alert lead to its own runbook, whose anchor is lower case", () => {
    const table = panels.find(({ title }) => title === "What is firing");
    const properties = (table?.fieldConfig?.overrides ?? []).flatMap((override) => override.properties);
    const link = properties.find(({ id }) => id === "links")?.value as [{ url: string }];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax of a cell's own text
    expect(link[0].url).toBe(`${RUNBOOK_URL}#${"${__value.text}"}`);
    const mapped = properties
      .filter(({ id }) => id === "mappings")
      .flatMap(({ value }) => value as { options: Record<string, { text: string }> }[])
      .flatMap(({ options }) => Object.entries(options).map(([name, { text }]) => [name, text] as const));
    for (const { name } of alerts) expect(mapped).toContainEqual([name, name.toLowerCase()]);
  });
});

describe("the two languages", () => {
  test("ask the same, in the same places, with the same colours", () => {
    expect(withoutWords(taiwanese)).toEqual(withoutWords(english));
  });

  test("differ in every title and description but names that are the same everywhere", () => {
    const texts = (dashboard: DashboardFile): string[] =>
      dashboard.panels.flatMap(({ title, description = "" }) => [title, description]);
    const ours = texts(english);
    texts(taiwanese).forEach((text, index) => {
      if (ours[index] !== "") expect(text, ours[index]).toMatch(/\p{Script=Han}/u);
    });
  });

  test("are Traditional where Chinese is written", () => {
    expect(JSON.stringify(taiwanese)).not.toMatch(SIMPLIFIED);
  });
});

/** Characters that only the simplified script has, of words that this dashboard could use. */
const SIMPLIFIED = /[务队执误类间长读关闭开动态储运护应进单个们为这过数据来对发现处选择项标签时错阅]/u;

/** The dashboard without what people read. */
function withoutWords(dashboard: DashboardFile): unknown {
  const words = ["title", "description", "label", "legendFormat", "noValue", "name", "text", "tooltip", "displayName"];
  const plain = JSON.parse(JSON.stringify(dashboard), (key, value: unknown) => {
    if (words.includes(key)) return undefined;
    if (key === "renameByName" || key === "definition") return Object.keys(value as object);
    return value;
  }) as DashboardFile;
  return {
    ...plain,
    uid: "",
    panels: plain.panels.map((panel) => ({ ...panel, fieldConfig: withoutHeadings(panel) })),
  };
}

/** Columns of tables are found by their headings. */
function withoutHeadings({ fieldConfig }: DashboardFile["panels"][number]): unknown {
  const overrides = fieldConfig?.overrides?.map(({ matcher, properties }) => ({
    ...(matcher.id === "byName" ? {} : { matcher }),
    properties,
  }));
  return { ...fieldConfig, overrides };
}
