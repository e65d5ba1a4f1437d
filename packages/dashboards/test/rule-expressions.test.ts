import { alerts, type RuleOptions, recordingRules, ruleGroups } from "@taskvitals/rules";
import { describe, expect, test } from "vitest";
import { KNOWN_SERIES } from "./known-series.ts";
import { readExpression } from "./promql.ts";

const recorded = new Map(Object.values(recordingRules).map(({ name, labels }) => [name, labels]));
const aggregated = ["le"];

const scopes: Readonly<Record<string, RuleOptions>> = {
  "for everything": {},
  "for one platform": { selector: 'job=~"a|b", zone!="x"', by: ["namespace", "cluster"], labels: { team: "ml" } },
  "with limits of single queues and tasks": {
    settings: {
      queues: { 'a"b': { failureRatio: 0.5, oldestTaskSeconds: 60, stuckSeconds: 60, growthMinTasks: 5 } },
      tasks: { "x|y": { failureRatio: 0.5, regressionFactor: 3 } },
    },
  },
};

describe.each(Object.entries(scopes))("rules %s", (_, options) => {
  const rules = ruleGroups(options).flatMap((group) => group.rules);
  const own = [...(options.by ?? []), ...Object.keys(options.labels ?? {}), "job", "zone", "instance"];

  test.each(rules.map((rule) => [rule.record ?? rule.alert ?? "", rule.expr] as const))(
    "%s is valid, and names only what is there",
    (_name, expr) => {
      const { labels, selections, valid } = readExpression(expr);
      expect(valid).toBe(true);
      expect(selections).not.toEqual([]);
      const names = selections.flatMap((selection) => selection.names);
      expect(names.filter((name) => !KNOWN_SERIES.has(name) && !recorded.has(name))).toEqual([]);
      for (const selection of selections) {
        const known = selection.names.flatMap((name) => [...(KNOWN_SERIES.get(name) ?? recorded.get(name) ?? [])]);
        expect([...known, ...own]).toEqual(expect.arrayContaining(Object.keys(selection.matchers)));
      }
      const all = names.flatMap((name) => [...(KNOWN_SERIES.get(name) ?? recorded.get(name) ?? [])]);
      expect([...all, ...own, ...aggregated, "__name__"]).toEqual(expect.arrayContaining([...labels]));
    },
  );
});

test("every recorded series is recorded, and none twice", () => {
  const names = ruleGroups().flatMap((group) => group.rules.flatMap(({ record }) => record ?? []));
  expect(names).toEqual([...recorded.keys()]);
  expect(recorded.size).toBe(Object.keys(recordingRules).length);
});

test("every series that is selected has the matchers of the platform", () => {
  for (const { alert, expr, record } of ruleGroups({ selector: 'job="x"' }).flatMap((group) => group.rules)) {
    for (const { matchers, names } of readExpression(expr).selections) {
      const expected = names.some((name) => recorded.has(name)) ? undefined : '="x"';
      expect({ rule: alert ?? record, names, job: matchers.job }).toMatchObject({ job: expected });
    }
  }
});

test("no two alerts have one name", () => {
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
});
