import { ruleGroups } from "@taskvitals/rules";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { rulesOrder } from "../../src/rules/rules-order.ts";
import { rulesText } from "../../src/rules/rules-text.ts";

const origin = { version: "1.2.3", args: ["rules", "--selector", 'job="it\'s"', "--thresholds", "my.yml"] };

it("the rules are in the file as they are, templates and lines of expressions included", () => {
  const order = rulesOrder({ selector: 'job="x"', label: ["team=ml"] });
  expect(parse(rulesText(order, origin))).toEqual({ groups: ruleGroups(order.rules) });
});

it("a PrometheusRule has the same groups in its spec", () => {
  const order = rulesOrder({
    format: "prometheusrule",
    namespace: "monitoring",
    metadataLabel: ["release=kube-prometheus-stack"],
    grafanaUrl: "https://grafana.example",
  });
  expect(parse(rulesText(order, origin))).toEqual({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: "taskvitals",
      namespace: "monitoring",
      labels: { "app.kubernetes.io/part-of": "taskvitals", release: "kube-prometheus-stack" },
    },
    spec: { groups: ruleGroups(order.rules) },
  });
});

it("its first lines say how it was written, to be typed again", () => {
  const [first, second, third] = rulesText(rulesOrder({}), origin).split("\n");
  expect(first).toMatch(/^# Written by taskvitals-exporter 1\.2\.3\. /);
  expect(second).toBe(`#   taskvitals-exporter rules --selector 'job="it'\\''s"' --thresholds my.yml`);
  expect(third).toBe("groups:");
});

it("people can read it: no anchors, no folded lines", () => {
  const text = rulesText(rulesOrder({ label: ["team=ml"] }), origin);
  expect(text).not.toMatch(/: (&\w|\*\w|>)/);
});
