import { readFileSync } from "node:fs";

/** The parts of a dashboard file that the tests read, as Grafana names them. */
export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly links?: readonly DashboardLink[];
  readonly annotations?: { readonly list?: readonly DashboardAnnotation[] };
  readonly templating: { readonly list: readonly DashboardVariable[] };
  readonly panels: readonly DashboardPanel[];
}

export interface DashboardVariable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly refresh?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface DashboardAnnotation {
  readonly name: string;
  readonly expr?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
}

export interface DashboardLink {
  readonly title: string;
  readonly url?: string;
}

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string };
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly links?: readonly DashboardLink[];
  readonly targets?: readonly DashboardTarget[];
}

export interface DashboardTarget {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

/** One query of the dashboard, with the panel that shows it. */
export interface DashboardQuery {
  /** Title of its panel and its letter there, such as `CPU/A`. */
  readonly id: string;
  readonly panel: DashboardPanel;
  readonly target: DashboardTarget;
}

/** A dashboard as it is committed. Default: the small one. */
export function readDashboard(file = "dashboard.json"): DashboardFile {
  return JSON.parse(readFileSync(new URL(`../grafana/${file}`, import.meta.url), "utf8")) as DashboardFile;
}

/** Every query of every panel. */
export function dashboardQueries({ panels }: DashboardFile): DashboardQuery[] {
  return panels.flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({ id: `${panel.title}/${target.refId}`, panel, target })),
  );
}

/** The variables that a text uses, in Grafana's two ways to write them: `$name` and `${name}`. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, bare, braced]) => (bare ?? braced) as string);
}

/** What is chosen for each variable: one value as it is, or several of a filter; `"All"` for a filter's "All". */
export type Choices = Readonly<Record<string, string | readonly string[]>>;

/**
 * Puts the chosen values into an expression as Grafana's Prometheus data source does: the values of a filter escaped for a
 * regular expression inside a PromQL string, several of them as alternatives, and "All" as the variable's own `allValue`.
 *
 * @throws Error on a variable for which nothing is chosen
 */
export function interpolate(expr: string, choices: Choices, variables: readonly DashboardVariable[]): string {
  return expr.replace(VARIABLE, (_, bare: string | undefined, braced: string | undefined) => {
    const name = (bare ?? braced) as string;
    const choice = choices[name];
    if (choice === undefined) throw new Error(`Nothing is chosen for the variable ${name} of ${expr}`);
    if (choice === "All") return variables.find((variable) => variable.name === name)?.allValue ?? "";
    if (typeof choice === "string") return choice;
    const escaped = choice.map(escapeForRegex);
    return escaped.length === 1 ? (escaped[0] as string) : `(${escaped.join("|")})`;
  });
}

const VARIABLE = /\$(?:(\w+)|\{(\w+)\})/g;

function escapeForRegex(value: string): string {
  return value.replace(/\\/g, "\\\\\\\\").replace(/[$^*{}[\]'+?.()|]/g, "\\\\$&");
}
