import { describe, expect, it } from "vitest";
import type { RulesFlags } from "../../src/rules/rules-flags.ts";
import { rulesOrder } from "../../src/rules/rules-order.ts";
import { refusal } from "../refusal.ts";
import { tempFiles } from "../temp-files.ts";

describe("the flags of rules", () => {
  it("are what the rules are written for", () => {
    const thresholds = tempFiles().write("my.yml", "thresholds: { failureRatio: 0.2 }");
    const order = rulesOrder({
      selector: '{ job="x", queue!~"test.*" }',
      by: ["namespace, cluster", "cluster"],
      label: ["team=ml", "formula=a=b"],
      thresholds,
      format: "prometheusrule",
      name: "jobs",
      namespace: "monitoring",
      metadataLabel: ["release=prometheus"],
      runbookUrl: "https://wiki.example/runbooks",
      grafanaUrl: "https://grafana.example/sub/",
      output: "rules.yml",
    });
    expect(order).toEqual({
      rules: {
        selector: 'job="x", queue!~"test.*"',
        by: ["namespace", "cluster"],
        labels: { team: "ml", formula: "a=b" },
        settings: expect.objectContaining({ values: { failureRatio: 0.2 } }),
        runbookUrl: "https://wiki.example/runbooks",
        grafanaUrl: "https://grafana.example/sub/",
      },
      format: "prometheusrule",
      metadata: {
        name: "jobs",
        namespace: "monitoring",
        labels: { "app.kubernetes.io/part-of": "taskvitals", release: "prometheus" },
      },
      output: "rules.yml",
    });
  });

  it("may be none", () => {
    expect(rulesOrder({})).toMatchObject({
      rules: { selector: "", by: [], labels: {}, settings: {} },
      format: "prometheus",
    });
  });
});

describe("a mistake is told with what to do:", () => {
  it.each<[RulesFlags, string]>([
    [
      { selector: "job=x" },
      `--selector: got "job=x"; expected a value in quotes after job= at character 5. Write 'job="x"'`,
    ],
    [
      { selector: 'queue="images"' },
      "Series without queue would be left out. Limits of single queues and tasks go into",
    ],
    [{ selector: '__name__="x"' }, "The rules name their series themselves."],
    [{ by: ["name-space"] }, '--by: got "name-space"; expected the name of a label.'],
    [{ by: ["namespace,"] }, '--by: got ""; expected the name of a label.'],
    [
      { by: ["queue"] },
      "expected a label that tells platforms apart, such as namespace. The rules group by queue where it is",
    ],
    [{ by: ["instance"] }, "expected a label that tells platforms apart"],
    [{ label: ["team"] }, '--label: got "team"; expected name=value, with a value. Write team=ml.'],
    [{ label: ["team="] }, "expected name=value, with a value."],
    [{ label: ["te-am=ml"] }, "expected name=value, with a name of letters, digits and _."],
    [
      { label: ["severity=page"] },
      "expected a label that the rules do not use themselves. Severities of alerts go into",
    ],
    [{ label: ["queue=a"] }, "expected a label that the rules do not use themselves. Give it another name."],
    [{ label: ["team=a", "team=b"] }, '--label: got "team=b"; expected one value for team.'],
    [{ label: ["team={{ $labels.team }}"] }, "expected a plain value. Templates are not for recorded series."],
    [
      { by: ["namespace"], label: ["namespace=a"] },
      "expected a label that is not in --by. One value for all would mix",
    ],
    [{ name: "jobs" }, "--name: expected --format prometheusrule beside it."],
    [{ metadataLabel: ["a=b"] }, "--metadata-label: expected --format prometheusrule beside it."],
    [{ format: "prometheusrule", name: "My Rules" }, '--name: got "My Rules"; expected a name of Kubernetes'],
    [{ format: "prometheusrule", metadataLabel: ["a=b c"] }, "expected name=value, as labels of Kubernetes are."],
    [{ grafanaUrl: "grafana:3000" }, "--grafana-url: expected a URL that begins with https:// or http://"],
    [{ runbookUrl: "https://me:s3cr3t@wiki" }, "--runbook-url: expected a URL that begins with"],
    [{ runbookUrl: "https://wiki/page#top" }, "--runbook-url: expected a URL that begins with"],
  ])("%j", (flags, message) => {
    const text = refusal(() => rulesOrder(flags));
    expect(text).toContain(message);
    expect(text).not.toContain("s3cr3t");
  });
});
