import * as units from "@grafana/grafana-foundation-sdk/units";
import {
  type DashboardFile,
  type DashboardPanel,
  type DashboardQuery,
  type DashboardVariable,
  dashboardQueries,
  interpolate,
  variablesIn,
} from "../../../test/grafana-dashboard.ts";
import { labelsOf } from "./expression-labels.ts";
import { readExpression, type Selection } from "./promql.ts";

/** What is wrong, and where: the title of a panel, its query, or the dashboard. */
export interface Complaint {
  /** The rule, by the name that Grafana's dashboard-linter gives it, where it has it. */
  readonly rule: string;
  /** Where: `CPU`, `CPU/A`, or the name of a variable. */
  readonly where: string;
  /** What. */
  readonly what: string;
}

/** What stands for Grafana's own intervals, so that they can be told apart in what was parsed. */
export const INTERVALS = { __rate_interval: "4m", __range: "6h" } as const;

const everything = { job: "All", queue: "All", task: "All", ...INTERVALS };
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax of a variable
const CHOSEN_SOURCE = "${datasource}";
const VALID_UNITS: readonly unknown[] = Object.values(units);

/** Every complaint about a dashboard: the published rules of Grafana's dashboard-linter, and some of our own. */
export function lint(dashboard: DashboardFile): Complaint[] {
  const panels = dashboard.panels.filter(({ type }) => type !== "row");
  return [
    ...lintTemplate(dashboard),
    ...panels.flatMap(lintPanel),
    ...dashboardQueries(dashboard).flatMap((query) => lintTarget(query, dashboard.templating.list)),
    ...lintAnnotations(dashboard),
    ...lintVariables(dashboard),
    ...lintGrid(dashboard),
  ];
}

/** What Grafana puts in for an expression's variables when everything is chosen. */
export function withEverything(expr: string, variables: readonly DashboardVariable[]): string {
  return interpolate(expr, everything, variables);
}

function lintTemplate({ editable, templating }: DashboardFile): Complaint[] {
  const variables = templating.list;
  const found: Complaint[] = [];
  const complain = (rule: string, where: string, what: string): void => void found.push({ rule, where, what });
  const sources = variables.filter(({ type }) => type === "datasource");
  if (sources.length !== 1 || sources[0]?.name !== "datasource" || sources[0].query !== "prometheus") {
    complain("template-datasource-rule", "datasource", "there is not one data source variable, of Prometheus");
  }
  const job = variables.find(({ name }) => name === "job");
  if (job?.type !== "query" || !job.multi || !job.includeAll || job.datasource?.uid !== CHOSEN_SOURCE || !job.label) {
    complain("template-job-rule", "job", "is not a query of several jobs from the chosen data source");
  }
  if (job?.allValue !== ".+") complain("template-job-rule", "job", `"All" is ${job?.allValue}, not .+`);
  if (!variables.some(({ name }) => name === "instance")) complain("template-instance-rule", "instance", "is missing");
  for (const variable of variables.filter(({ type }) => type === "query")) {
    if (variable.refresh !== 2) complain("template-on-time-change-reload-rule", variable.name, "stays as it is loaded");
    const query = typeof variable.query === "string" ? variable.query : variable.query.query;
    const [, series = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
    const complaint = faultOf(withEverything(series, variables));
    if (complaint !== undefined) complain("template-label-promql-rule", variable.name, complaint);
    else if (!labelsOf(withEverything(series, variables))?.includes(label)) {
      complain("template-label-promql-rule", variable.name, `asks for ${label}, which its series do not have`);
    }
  }
  if (editable) complain("uneditable-dashboard-rule", "editable", "may be edited in place");
  return found;
}

function lintPanel(panel: DashboardPanel): Complaint[] {
  const { datasource, description, fieldConfig, targets = [], title } = panel;
  const found: Complaint[] = [];
  const complain = (rule: string, what: string): void => void found.push({ rule, where: title, what });
  if (datasource?.uid !== CHOSEN_SOURCE) complain("panel-datasource-rule", "does not ask the chosen data source");
  if (!title || !description) complain("panel-title-description-rule", "lacks a title or a description");
  if (targets.length === 0) complain("panel-no-targets-rule", "asks nothing");
  const set = (fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties).filter(({ id }) => id === "unit");
  for (const unit of [fieldConfig?.defaults.unit, ...set.map(({ value }) => value)]) {
    if (!VALID_UNITS.includes(unit)) complain("panel-units-rule", `has the unit ${unit}`);
  }
  if (new Set(targets.map(({ refId }) => refId)).size !== targets.length) complain("panel-letters", "repeats a letter");
  return found;
}

function lintTarget({ id, target }: DashboardQuery, variables: readonly DashboardVariable[]): Complaint[] {
  const found: Complaint[] = [];
  const complain = (rule: string, what: string): void => void found.push({ rule, where: id, what });
  const unknown = variablesIn(target.expr).filter((name) => !(name in everything));
  if (unknown.length > 0) return [{ rule: "variables", where: id, what: `uses ${unknown}, which nothing fills` }];
  const text = withEverything(target.expr, variables);
  const fault = faultOf(text);
  if (fault !== undefined) return [{ rule: "target-promql-rule", where: id, what: fault }];
  for (const selection of readExpression(text).selections) {
    for (const [rule, what] of lintSelection(selection)) complain(rule, what);
  }
  if (target.datasource.uid !== CHOSEN_SOURCE) complain("panel-datasource-rule", "does not ask the chosen source");
  if (!target.legendFormat) complain("target-legend", "has no legend");
  const kept = labelsOf(text);
  for (const [, label = ""] of target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
    if (!kept?.includes(label)) complain("target-legend", `names its lines by ${label}, which they do not have`);
  }
  if (dividesByNothing(target.expr)) complain("target-nan", "divides by what may be 0");
  if (/histogram_quantile\(/.test(target.expr) && !/>= 0\)?$/.test(target.expr)) {
    complain("target-nan", "shows the quantile of nothing");
  }
  return found;
}

/** True where what stands after a division is no parenthesis that ends in `> 0`. */
function dividesByNothing(expr: string): boolean {
  for (let from = expr.indexOf(" / "); from !== -1; from = expr.indexOf(" / ", from + 1)) {
    let depth = 0;
    let end = from + 3;
    do {
      if (expr[end] === "(") depth += 1;
      if (expr[end] === ")") depth -= 1;
      end += 1;
    } while (depth > 0 && end < expr.length);
    if (!expr.slice(from + 3, end).endsWith(" > 0)")) return true;
  }
  return false;
}

function* lintSelection({ names, matchers, range, within }: Selection): Iterable<readonly [string, string]> {
  const what = names.join("|");
  const [caller = ""] = within;
  if (!/^=~"\|?\.\*"$/.test(matchers.job ?? "")) yield ["target-job-rule", `${what} is not filtered by job`];
  if (!("instance" in matchers)) yield ["target-instance-rule", `${what} is not filtered by instance`];
  if (range !== undefined && !Object.values<string>(INTERVALS).includes(range)) {
    yield ["target-rate-interval-rule", `${what} looks back a fixed ${range}`];
  }
  if (/^i?rate$/.test(caller) && range !== INTERVALS.__rate_interval) {
    yield ["target-rate-interval-rule", `the rate of ${what} is not over $__rate_interval`];
  }
  if (what.endsWith("_total") && !/^(i?rate|increase)$/.test(caller)) {
    yield ["target-counter-agg-rule", `${what} is a counter and shown as it is`];
  }
  if (what.includes("_bucket") && !within.includes("histogram_quantile")) {
    yield ["target-histogram-rule", `${what} is shown as it is`];
  }
}

/** Each variable is used, each that is used exists, and none depends on a later one. */
function lintVariables({ annotations, panels, templating }: DashboardFile): Complaint[] {
  const names = templating.list.map(({ name }) => name);
  const used = ownVariables({ annotations, panels, templating });
  return [
    ...used.filter((name) => !names.includes(name)).map((name) => complaintOf("variables", name, "does not exist")),
    ...names.filter((name) => !used.includes(name)).map((name) => complaintOf("variables", name, "is not used")),
    ...templating.list.flatMap((variable, index) =>
      ownVariables(variable)
        .filter((name) => names.indexOf(name) >= index)
        .map((name) => complaintOf("variables", variable.name, `depends on ${name}, which comes later`)),
    ),
  ];
}

/** The variables that a part of a dashboard uses, without those that Grafana itself provides. */
function ownVariables(part: unknown): string[] {
  const used = variablesIn(JSON.stringify(part).replace(/\$\{__value\.text\}/g, ""));
  return [...new Set(used)].filter((name) => name !== "__all" && !(name in INTERVALS));
}

/** Panels have ids of their own and cover neither each other nor the edge of the grid, 24 columns wide. */
function lintGrid({ panels }: DashboardFile): Complaint[] {
  const found: Complaint[] = [];
  const taken = new Map<string, string>();
  for (const { gridPos, id, title } of panels) {
    const { x, y, w, h } = gridPos;
    if (x < 0 || x + w > 24) found.push(complaintOf("panel-grid", title, "stands over the edge"));
    if (panels.filter((other) => other.id === id).length > 1)
      found.push(complaintOf("panel-grid", title, "shares an id"));
    for (let cell = 0; cell < w * h; cell++) {
      const key = `${x + (cell % w)},${y + Math.floor(cell / w)}`;
      const other = taken.get(key);
      if (other !== undefined) found.push(complaintOf("panel-grid", title, `covers ${other} at ${key}`));
      taken.set(key, title);
    }
  }
  return found;
}

function complaintOf(rule: string, where: string, what: string): Complaint {
  return { rule, where, what };
}

function lintAnnotations({ annotations, templating }: DashboardFile): Complaint[] {
  return (annotations?.list ?? []).flatMap(({ datasource, expr = "", name }) => {
    const fault = faultOf(withEverything(expr, templating.list));
    return [
      ...(fault === undefined ? [] : [{ rule: "annotation-promql", where: name, what: fault }]),
      ...(datasource?.uid === CHOSEN_SOURCE
        ? []
        : [{ rule: "annotation-datasource", where: name, what: "asks another" }]),
    ];
  });
}

/** Why an expression cannot be asked; `undefined` when nothing is wrong with it. */
function faultOf(text: string): string | undefined {
  if (!readExpression(text).valid) return `is no PromQL: ${text}`;
  try {
    labelsOf(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
