import { describe, expect, test } from "vitest";
import { type DashboardFile, type DashboardPanel, readDashboard } from "../../../test/grafana-dashboard.ts";
import { type Complaint, lint } from "./dashboard-lint.ts";

/** Where a rule does not hold, and why that is meant. */
interface Exception {
  readonly rule: string;
  /** Which complaints. */
  readonly where: RegExp;
  readonly why: string;
}

const identity = "A process is no subject of its own here: identity never filters, and panels of processes show all.";
const shared: readonly Exception[] = [
  { rule: "template-instance-rule", where: /^instance$/, why: identity },
  { rule: "target-instance-rule", where: /./, why: identity },
  {
    rule: "template-job-rule",
    where: /^job$/,
    why: "All is .* as for the other filters: what was pushed over OTLP may have no job.",
  },
  {
    rule: "uneditable-dashboard-rule",
    where: /^editable$/,
    why: "Platforms change their copy; what is provisioned cannot be saved anyway (allowUiUpdates: false).",
  },
];
const small: readonly Exception[] = [
  {
    rule: "target-counter-agg-rule",
    where: /^(Succeeded|Failed|Success ratio|Outcomes by task)\//,
    why: "The reference platform's own queries: totals since the processes started, as its users know them.",
  },
];
const operations: readonly Exception[] = [
  {
    rule: "target-counter-agg-rule",
    where: /^(Success ratio|Failed|Failing most|Errors by class)\/A$|^Queues\/E$/,
    why: "What a series was born with is in no increase(): its total is shown where it was not there before.",
  },
  {
    rule: "target-counter-agg-rule",
    where: /^Targets down\/A$/,
    why: "Only whether a process ever showed it counts: every process with taskvitals does, from its first page on.",
  },
  {
    rule: "target-histogram-rule",
    where: /^Run times\/A$/,
    why: "A heat map draws the buckets themselves.",
  },
];

const english = readDashboard("operations.json");
const FILES: readonly (readonly [string, DashboardFile, readonly Exception[]])[] = [
  ["dashboard.json", readDashboard(), [...shared, ...small]],
  ["operations.json", english, [...shared, ...operations]],
  ["operations.zh-TW.json", titledAs(english, readDashboard("operations.zh-TW.json")), [...shared, ...operations]],
];

describe.each(FILES)("%s", (_, dashboard, exceptions) => {
  const complaints = lint(dashboard);
  const excepted = (complaint: Complaint): Exception | undefined =>
    exceptions.find(({ rule, where }) => rule === complaint.rule && where.test(complaint.where));

  test("keeps the published rules of Grafana's dashboard-linter, and ours", () => {
    expect(complaints.filter((complaint) => excepted(complaint) === undefined)).toEqual([]);
  });

  test("needs each of its exceptions", () => {
    const used = new Set(complaints.map(excepted));
    expect(exceptions.filter((exception) => !used.has(exception))).toEqual([]);
  });
});

describe("a dashboard that is spoilt", () => {
  const spoil = (change: (panel: Spoilt) => void): string[] => {
    const copy = structuredClone(readDashboard()) as { panels: Spoilt[] } & DashboardFile;
    const panel = copy.panels.find(({ title }) => title === "Average duration") as Spoilt;
    change(panel);
    const before = new Set(lint(readDashboard()).map((one) => JSON.stringify(one)));
    return lint(copy)
      .filter((one) => !before.has(JSON.stringify(one)))
      .map(({ rule }) => rule);
  };

  test.each<[string, (panel: Spoilt) => void]>([
    ["panel-units-rule", (panel) => Object.assign(panel.fieldConfig.defaults, { unit: "fortnights" })],
    ["panel-title-description-rule", (panel) => Object.assign(panel, { description: "" })],
    ["panel-datasource-rule", (panel) => Object.assign(panel, { datasource: { uid: "prometheus" } })],
    ["panel-no-targets-rule", (panel) => Object.assign(panel, { targets: [] })],
    ["target-promql-rule", (panel) => replace(panel, "rate(", "rate((")],
    ["target-promql-rule", (panel) => replace(panel, "task_duration_seconds_sum", "task_duration_seconds_summ")],
    ["target-rate-interval-rule", (panel) => replace(panel, "$__rate_interval", "5m")],
    ["target-rate-interval-rule", (panel) => replace(panel, "$__rate_interval", "$__range")],
    ["target-job-rule", (panel) => replace(panel, 'job=~"$job", ', "")],
    [
      "target-counter-agg-rule",
      (panel) => Object.assign(panel.targets[0] as object, { expr: 'task_retry_total{job=~"$job"}' }),
    ],
    ["target-nan", (panel) => replace(panel, " > 0", "")],
    ["target-legend", (panel) => Object.assign(panel.targets[0] as object, { legendFormat: "" })],
    ["target-legend", (panel) => Object.assign(panel.targets[0] as object, { legendFormat: "{{pid}}" })],
    ["variables", (panel) => replace(panel, "$task", "$tusk")],
    ["panel-grid", (panel) => Object.assign(panel.gridPos, { x: 20 })],
    ["panel-grid", (panel) => Object.assign(panel.gridPos, { x: 0 })],
    ["panel-grid", (panel) => Object.assign(panel, { id: 2 })],
  ])("is found by %s", (rule, change) => {
    expect(new Set(spoil(change))).toContain(rule);
  });
});

type Spoilt = DashboardPanel & { fieldConfig: { defaults: object }; targets: { expr: string }[] };

function replace(panel: Spoilt, from: string, to: string): void {
  for (const target of panel.targets) target.expr = target.expr.replaceAll(from, to);
}

/** The other dashboard under the titles of the first, by which exceptions are named. */
function titledAs(first: DashboardFile, other: DashboardFile): DashboardFile {
  const titles = new Map(first.panels.map(({ id, title }) => [id, title]));
  return { ...other, panels: other.panels.map((panel) => ({ ...panel, title: titles.get(panel.id) ?? panel.title })) };
}
