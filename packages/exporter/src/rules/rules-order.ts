import { contract, type RuleOptions } from "@taskvitals/rules";
import { misconfigured } from "../configuration/misconfigured.ts";
import { readThresholdsFile } from "../thresholds/read-thresholds-file.ts";
import type { RulesFlags, RulesFormat } from "./rules-flags.ts";
import { type LabelMatcher, readMatchers } from "./selector-matchers.ts";

/** What rules are to be written, checked. */
export interface RulesOrder {
  readonly rules: RuleOptions;
  readonly format: RulesFormat;
  /** `metadata` of a PrometheusRule. */
  readonly metadata: {
    readonly name: string;
    readonly namespace: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** Where they are written to; `undefined` for stdout. */
  readonly output: string | undefined;
}

const LABEL_NAME = /^(?!__)[a-zA-Z_]\w*$/;
const DNS_NAME = /^(?=.{1,253}$)[a-z\d]([-a-z\d]*[a-z\d])?(\.[a-z\d]([-a-z\d]*[a-z\d])?)*$/;
const KUBERNETES_LABEL = /^([a-z\d.-]{1,253}\/)?[a-zA-Z\d]([\w.-]{0,61}[a-zA-Z\d])?$/;
const KUBERNETES_VALUE = /^([a-zA-Z\d]([\w.-]{0,61}[a-zA-Z\d])?)?$/;

/** Labels that only some of the series have, and that the rules look at themselves. */
const OF_SOME_SERIES: readonly string[] = [
  ...new Set([...Object.values(contract).flatMap(({ labels }) => labels), "le", "quantile", "otel_metric_overflow"]),
];
/** Labels of every target, or of every alert. */
const OF_RULES: readonly string[] = ["job", "instance", "alertname", "alertstate", "severity"];

/**
 * Checks the flags of `rules`, and reads the thresholds file.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the flag, or what the thresholds file is refused for
 */
export function rulesOrder(flags: RulesFlags): RulesOrder {
  const { format = "prometheus", grafanaUrl, output, runbookUrl, thresholds } = flags;
  const by = (flags.by ?? []).flatMap((names) => names.split(",")).map(platformLabel);
  if (format === "prometheus") refuseMetadata(flags);
  return {
    rules: {
      selector: selectorOf(flags.selector),
      by: [...new Set(by)],
      labels: pairs(flags.label, "--label", ruleLabel(by)),
      settings: thresholds === undefined ? {} : readThresholdsFile(thresholds),
      runbookUrl: checkedUrl(runbookUrl, "--runbook-url"),
      grafanaUrl: checkedUrl(grafanaUrl, "--grafana-url"),
    },
    format,
    metadata: {
      name: dnsName(flags.name ?? "taskvitals", "--name"),
      namespace: flags.namespace === undefined ? undefined : dnsName(flags.namespace, "--namespace"),
      labels: {
        "app.kubernetes.io/part-of": "taskvitals",
        ...pairs(flags.metadataLabel, "--metadata-label", metadataLabel),
      },
    },
    output,
  };
}

function selectorOf(text = ""): string {
  const matchers = readMatchers(text, "--selector");
  for (const matcher of matchers) checkMatcher(matcher, text);
  return matchers.map((matcher) => matcher.text).join(", ");
}

function checkMatcher({ label, operator }: LabelMatcher, text: string): void {
  const refused = (remedy: string): Error =>
    misconfigured({ where: "--selector", got: text, expected: "labels that every series has, such as job", remedy });
  if (label === "__name__") throw refused("The rules name their series themselves.");
  // What excludes some queues leaves the series without a queue alone.
  if (OF_SOME_SERIES.includes(label) && !operator.startsWith("!")) {
    throw refused(`Series without ${label} would be left out. Limits of single queues and tasks go into --thresholds.`);
  }
}

function platformLabel(given: string): string {
  const name = given.trim();
  const mistake = { where: "--by", got: given };
  if (!LABEL_NAME.test(name)) {
    const remedy = "Letters, digits and _, and no digit first; several with commas between them.";
    throw misconfigured({ ...mistake, expected: "the name of a label", remedy });
  }
  if (OF_SOME_SERIES.includes(name) || OF_RULES.includes(name)) {
    const remedy = `The rules group by ${name} where it is right. For another set of rules use --selector and --label.`;
    throw misconfigured({ ...mistake, expected: "a label that tells platforms apart, such as namespace", remedy });
  }
  return name;
}

type PairCheck = (name: string, value: string) => { readonly expected: string; readonly remedy?: string } | undefined;

function ruleLabel(by: readonly string[]): PairCheck {
  return (name, value) => {
    if (!LABEL_NAME.test(name)) {
      return { expected: "name=value, with a name of letters, digits and _", remedy: "Write team=ml, without quotes." };
    }
    if (OF_SOME_SERIES.includes(name) || OF_RULES.includes(name)) {
      return { expected: "a label that the rules do not use themselves", remedy: remedyFor(name) };
    }
    if (by.includes(name)) {
      return { expected: "a label that is not in --by", remedy: "One value for all would mix the platforms up." };
    }
    // Prometheus takes the labels of alerts for templates, and those of recorded series not.
    return value.includes("{{")
      ? { expected: "a plain value", remedy: "Templates are not for recorded series." }
      : undefined;
  };
}

function remedyFor(name: string): string {
  return name === "severity" ? "Severities of alerts go into --thresholds." : "Give it another name.";
}

function metadataLabel(name: string, value: string): ReturnType<PairCheck> {
  if (KUBERNETES_LABEL.test(name) && KUBERNETES_VALUE.test(value)) return undefined;
  return { expected: "name=value, as labels of Kubernetes are", remedy: "Write release=prometheus, without quotes." };
}

function pairs(given: readonly string[] = [], where: string, check: PairCheck): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const pair of given) {
    const [name = "", ...rest] = pair.split("=");
    const value = rest.join("=");
    const wrong =
      rest.length === 0 || value === "" || /\p{Cc}/u.test(value)
        ? { expected: "name=value, with a value", remedy: "Write team=ml." }
        : (check(name, value) ?? (found.has(name) ? { expected: `one value for ${name}` } : undefined));
    if (wrong !== undefined) throw misconfigured({ where, got: pair, ...wrong });
    found.set(name, value);
  }
  return Object.fromEntries(found);
}

function dnsName(name: string, where: string): string {
  if (DNS_NAME.test(name)) return name;
  throw misconfigured({ where, got: name, expected: "a name of Kubernetes: a-z, 0-9, - and ." });
}

/** The URL stands in every alert, where many can read it. */
function checkedUrl(text: string | undefined, where: string): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const isPlain = url?.hash === "" && url.username === "" && url.password === "" && !/[\s{}#]/.test(text);
  if (isPlain && (url.protocol === "https:" || url.protocol === "http:")) return text;
  throw misconfigured({ where, expected: "a URL that begins with https:// or http://, without user, password and #" });
}

function refuseMetadata({ metadataLabel, name, namespace }: RulesFlags): void {
  const given = { "--name": name, "--namespace": namespace, "--metadata-label": metadataLabel };
  const stray = Object.entries(given).find(([, value]) => value !== undefined);
  if (stray === undefined) return;
  const remedy = "Add it, or leave this flag out.";
  throw misconfigured({ where: stray[0], expected: "--format prometheusrule beside it", remedy });
}
