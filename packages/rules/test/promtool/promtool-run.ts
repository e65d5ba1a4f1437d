import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PrometheusVersion, promtool, tempDirectory } from "../../../../test/services/index.ts";
import { alerts, type PrometheusRule, ruleGroups } from "../../src/index.ts";
import { type Firing, process, type RuleCase, type RuleSuite } from "./rule-case.ts";

// A number that is none, or has no end, would make a sum of all that is recorded none; there is nothing else to look for.
const ALL_ARE_NUMBERS = 'sum({__name__=~"(task_)?queue:.+"}) * 0 or vector(0)';

/** Runs the cases on promtool of that version; returns what it says of those that fail, or "" if none does. */
export async function testRules({ cases, ...suite }: RuleSuite, version: PrometheusVersion): Promise<string> {
  if ((await failures({ ...suite, cases }, version)) === "") return "";
  // promtool does not say which case it was.
  const said = [];
  for (const one of cases) said.push([one.title, await failures({ ...suite, cases: [one] }, version)] as const);
  return said.map(([title, text]) => (text === "" ? "" : `${title}\n${text}`)).join("");
}

/** What `promtool check rules` says of files of rules, or "" if there is nothing to say. */
export async function checkRules(paths: readonly string[], version: PrometheusVersion): Promise<string> {
  const { exitCode, stdout, stderr } = await promtool(["check", "rules", "--lint-fatal", ...paths], undefined, version);
  return exitCode === 0 ? "" : `${stdout}${stderr}`;
}

async function failures({ options = {}, cases }: RuleSuite, version: PrometheusVersion): Promise<string> {
  const groups = ruleGroups(options);
  const rules = new Map(groups.flatMap((group) => group.rules.map((rule) => [rule.alert ?? "", rule] as const)));
  const directory = tempDirectory("rules");
  try {
    // JSON is YAML.
    writeFileSync(join(directory.path, "rules.json"), JSON.stringify({ groups }));
    const test = {
      rule_files: ["rules.json"],
      evaluation_interval: "1m",
      group_eval_order: groups.map(({ name }) => name),
      tests: cases.map((one) => promtoolTest(one, rules)),
    };
    const file = join(directory.path, "test.json");
    writeFileSync(file, JSON.stringify(test));
    const { exitCode, stdout, stderr } = await promtool(["test", "rules", file], undefined, version);
    return exitCode === 0 ? "" : `${stdout}${stderr}`;
  } finally {
    directory.remove();
  }
}

function promtoolTest(one: RuleCase, rules: ReadonlyMap<string, PrometheusRule>): object {
  const { at = 30, bare = false, fires = [], series, title, values = {} } = one;
  const input = bare ? series : { ...process("a"), ...series };
  const expected = { [ALL_ARE_NUMBERS]: 0, ...values };
  return {
    name: title,
    interval: "1m",
    input_series: Object.entries(input).map(([name, samples]) => ({ series: name, values: samples })),
    // Every alert is asked for, so that none fires beside the one that is meant.
    alert_rule_test: alerts.map(({ name }) => ({
      eval_time: `${at}m`,
      alertname: name,
      exp_alerts: fires.filter(({ alert }) => alert === name).map((firing) => expectedAlert(firing, rules.get(name))),
    })),
    promql_expr_test: Object.entries(expected).map(([expr, value]) => ({
      // Sums of binary fractions differ in the last digit.
      expr: `round(sum(${expr}), 1e-6)`,
      eval_time: `${at}m`,
      exp_samples: value === undefined ? [] : [{ labels: "{}", value: Math.round(value * 1e6) / 1e6 }],
    })),
  };
}

function expectedAlert({ alert, description, labels, says = "" }: Firing, rule: PrometheusRule | undefined): object {
  if (rule === undefined) throw new Error(`no rule has the name ${alert}`);
  const templates = { ...rule.annotations, ...(description === undefined ? {} : { description }) };
  return {
    exp_labels: { ...rule.labels, ...labels },
    exp_annotations: Object.fromEntries(
      Object.entries(templates).map(([name, template]) => [name, rendered(template, labels, says)]),
    ),
  };
}

/** The text as Prometheus should render it. */
function rendered(template: string, labels: Readonly<Record<string, string>>, says: string): string {
  return template
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "")
    .replace(/\{\{ \$labels\.(\w+) \| urlquery \}\}/g, (_, label: string) => encodeURIComponent(labels[label] ?? ""))
    .replace(/\{\{ \$value \| \w+ \}\}/g, says);
}
