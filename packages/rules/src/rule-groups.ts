import type { AlertDefinition } from "./alert.ts";
import { alerts } from "./alerts/alerts.ts";
import { durationText } from "./duration-text.ts";
import { type OverrideSplit, overrideSplits } from "./override-splits.ts";
import { recordingRules } from "./recording-rules.ts";
import { RuleQueries, type RuleScope } from "./rule-scope.ts";
import { type ThresholdSettings, thresholdsFor } from "./threshold-settings.ts";

/** What rules are written for. Everything may be left out. */
export interface RuleOptions {
  /** Matchers that every series must have: `job="x"`. Default none. */
  readonly selector?: string | undefined;
  /** Labels that tell platforms apart in one Prometheus, such as `namespace`; every rule keeps them. Default none. */
  readonly by?: readonly string[] | undefined;
  /** Labels that every recorded series and every alert carries. Default none. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Limits that differ from the defaults. */
  readonly settings?: ThresholdSettings | undefined;
  /** URL of the runbooks, to which `#<alert>` is added. Default: those of the project. */
  readonly runbookUrl?: string | undefined;
  /** URL of Grafana, without a path; without it alerts have no link to a dashboard. */
  readonly grafanaUrl?: string | undefined;
}

/** One rule, with Prometheus' own names of its fields. */
export interface PrometheusRule {
  /** Name of a recorded series. */
  readonly record?: string;
  /** Name of an alert. */
  readonly alert?: string;
  /** The expression. */
  readonly expr: string;
  /** How long the condition must hold. */
  readonly for?: string;
  /** Labels that are added. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Texts of an alert, as templates. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Rules that Prometheus evaluates in their order, one after another. */
export interface PrometheusRuleGroup {
  /** Name of the group. */
  readonly name: string;
  /** The rules. */
  readonly rules: readonly PrometheusRule[];
}

/** Where the runbooks of the project are. */
export const RUNBOOK_URL = "https://github.com/taskvitals/taskvitals/blob/main/docs/runbooks.md";

/** The uid of the operations dashboard, to which alerts link. */
export const OPERATIONS_DASHBOARD_UID = "taskvitals-operations";

/** The groups of the recorded series, then those of the alerts by what they are about. */
export function ruleGroups(options: RuleOptions = {}): readonly PrometheusRuleGroup[] {
  const scope: RuleScope = { selector: options.selector ?? "", by: options.by ?? [], labels: options.labels ?? {} };
  const settings = options.settings ?? {};
  const disabled = new Set(settings.disabled);
  const groups = new Map<string, PrometheusRule[]>([["taskvitals-recorded", recordings(scope, settings)]]);
  for (const alert of alerts) {
    if (disabled.has(alert.name)) continue;
    const name = `taskvitals-${alert.group}`;
    groups.set(name, [...(groups.get(name) ?? []), alertRule(alert, scope, settings, options)]);
  }
  return [...groups].map(([name, rules]) => ({ name, rules }));
}

function recordings(scope: RuleScope, settings: ThresholdSettings): PrometheusRule[] {
  const queries = new RuleQueries(scope);
  const values = thresholdsFor(settings);
  return Object.values(recordingRules).map((rule) => ({
    record: rule.name,
    expr: rule.expr(queries, values),
    ...labelled(scope.labels),
  }));
}

function alertRule(
  alert: AlertDefinition,
  scope: RuleScope,
  settings: ThresholdSettings,
  { grafanaUrl, runbookUrl = RUNBOOK_URL }: RuleOptions,
): PrometheusRule {
  const { name, summary } = alert;
  const holds = settings.forSeconds?.[name] ?? alert.forSeconds;
  const splits = overrideSplits(alert, settings);
  // One rule, as two of one name would look like a mistake; its parts share no series.
  const exprs = splits.map(({ matchers, values }) => alert.expr(new RuleQueries(scope, matchers), values));
  return {
    alert: name,
    expr: exprs.length === 1 ? exprs.join("") : exprs.map((expr) => `(${expr})`).join("\nor\n"),
    ...(holds > 0 ? { for: durationText(holds) } : {}),
    labels: { ...scope.labels, severity: settings.severities?.[name] ?? alert.severity },
    annotations: {
      summary,
      description: description(alert, splits),
      ...(grafanaUrl === undefined ? {} : { dashboard_url: dashboardLink(grafanaUrl, alert) }),
      runbook_url: `${runbookUrl}#${name.toLowerCase()}`,
    },
  };
}

/** The text with the limits of all; where it differs for a queue or a task, a template that chooses. */
function description(alert: AlertDefinition, splits: readonly OverrideSplit[]): string {
  const [ofAll, ...others] = splits.map(({ subject, values }) => ({ subject, text: alert.description(values) }));
  const different = others.filter(({ text }) => text !== ofAll?.text);
  if (ofAll === undefined || different.length === 0) return ofAll?.text ?? "";
  // The parts that name more come first.
  const cases = different
    .map(({ subject, text }) => ({ conditions: Object.entries(subject).map(equals), text }))
    .sort((one, other) => other.conditions.length - one.conditions.length);
  const chosen = cases.map(({ conditions, text }) => {
    const condition =
      conditions.length === 1 ? conditions.join("") : `and ${conditions.map((one) => `(${one})`).join(" ")}`;
    return `if ${condition} }}${text}{{ else `;
  });
  return `{{ ${chosen.join("").replace(/ $/, "")} }}${ofAll.text}{{ end }}`;
}

function equals([label, value]: [string, string]): string {
  return `eq $labels.${label} ${JSON.stringify(value)}`;
}

/** The dashboard, with what the alert is about chosen. */
function dashboardLink(grafanaUrl: string, { subject }: AlertDefinition): string {
  const chosen = subject === "task" ? ["queue", "task"] : subject === "queue" ? ["queue"] : [];
  const query = chosen.map((label) => `var-${label}={{ $labels.${label} | urlquery }}`).join("&");
  return `${grafanaUrl.replace(/\/+$/, "")}/d/${OPERATIONS_DASHBOARD_UID}${query === "" ? "" : `?${query}`}`;
}

function labelled(labels: Readonly<Record<string, string>>): { readonly labels?: Readonly<Record<string, string>> } {
  return Object.keys(labels).length === 0 ? {} : { labels };
}
