import { expect, test } from "vitest";
import { alerts, type PrometheusRule, type RuleOptions, recordingRules, ruleGroups } from "../src/index.ts";

function ruleOf(name: string, options?: RuleOptions): PrometheusRule | undefined {
  return ruleGroups(options)
    .flatMap(({ rules }) => rules)
    .find(({ alert, record }) => name === (alert ?? record));
}

test("what is recorded comes first, then the alerts by what they are about", () => {
  const groups = ruleGroups();
  expect(groups.map(({ name }) => name)).toEqual(
    ["recorded", "tasks", "queues", "workers", "brokers", "telemetry"].map((name) => `taskvitals-${name}`),
  );
  expect(groups[0]?.rules.map(({ record }) => record)).toEqual(Object.values(recordingRules).map(({ name }) => name));
  expect(groups.slice(1).flatMap(({ rules }) => rules.map(({ alert }) => alert))).toEqual(
    alerts.map(({ name }) => name),
  );
});

test("an alert has all that Prometheus and the reader need", () => {
  expect(ruleOf("TaskQueueOldestTaskTooOld", { grafanaUrl: "https://grafana.example/" })).toEqual({
    alert: "TaskQueueOldestTaskTooOld",
    expr: "queue:task_queue_oldest_age_seconds:max > 600",
    for: "1m",
    labels: { severity: "warning" },
    annotations: {
      summary: "The oldest task in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
      description:
        "The oldest ready task in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}; at most 10m is fine.",
      dashboard_url: "https://grafana.example/d/taskvitals-operations?var-queue={{ $labels.queue | urlquery }}",
      runbook_url: "https://github.com/taskvitals/taskvitals/blob/main/docs/runbooks.md#taskqueueoldesttasktooold",
    },
  });
});

test("without Grafana there is no link to a dashboard, and runbooks may be elsewhere", () => {
  const annotations = ruleOf("TaskBrokerDown", { runbookUrl: "https://wiki.example/tasks" })?.annotations;
  expect(annotations).not.toHaveProperty("dashboard_url");
  expect(annotations?.runbook_url).toBe("https://wiki.example/tasks#taskbrokerdown");
});

test("settings change how long, how urgent, and whether", () => {
  const settings = {
    forSeconds: { TaskBrokerDown: 5, TaskBrokerSlow: 0 },
    severities: { TaskBrokerDown: "info" },
    disabled: ["TaskBrokerMemoryNearLimit"],
  } as const;
  expect(ruleOf("TaskBrokerDown", { settings })).toMatchObject({ for: "5s", labels: { severity: "info" } });
  expect(ruleOf("TaskBrokerSlow", { settings })).not.toHaveProperty("for");
  expect(ruleOf("TaskBrokerMemoryNearLimit", { settings })).toBeUndefined();
});

test("windows are thresholds, in alerts and in what is recorded", () => {
  const settings = { values: { rateWindowSeconds: 20, stuckSeconds: 8.5 } };
  expect(ruleOf("task_queue:task_success:rate", { settings })?.expr).toContain("[20s]");
  expect(ruleOf("TaskQueueStuck", { settings })?.expr).toContain("[8s500ms]");
});

test("labels of the rules are on everything, and tell apart what is recorded", () => {
  const options = { labels: { team: 'a"b' } };
  expect(ruleOf("queue:task_queue_length:max", options)?.labels).toEqual({ team: 'a"b' });
  expect(ruleOf("TaskQueueOldestTaskTooOld", options)).toMatchObject({
    expr: 'queue:task_queue_oldest_age_seconds:max{team="a\\"b"} > 600',
    labels: { team: 'a"b', severity: "warning" },
  });
});

test("every text names what it is about, and every alert says its number or has none to say", () => {
  const without = ["TaskBrokerDown", "TaskTargetDown", "TaskMetricsAbsent"];
  for (const { description, name, subject, summary, thresholds } of alerts) {
    const text = ruleOf(name)?.annotations?.description ?? "";
    if (subject === "queue" || subject === "task") expect(summary + text).toContain("{{ $labels.queue }}");
    if (subject === "broker") expect(summary).toContain("{{ $labels.broker }}");
    expect([name, text.includes("{{ $value ")]).toEqual([name, !without.includes(name)]);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(typeof description).toBe("function");
    expect(new Set(thresholds).size).toBe(thresholds.length);
  }
});

test("a description with several limits chooses by queue and task, what names both first", () => {
  const settings = { queues: { slow: { oldestTaskSeconds: 60 } } };
  expect(ruleOf("TaskQueueOldestTaskTooOld", { settings })?.annotations?.description).toMatch(
    /^\{\{ if eq \$labels\.queue "slow" \}\}The oldest .*; at most 1m is fine\.\{\{ else \}\}The oldest .*; at most 10m is fine\.\{\{ end \}\}$/,
  );
  const both = { queues: { slow: { failureRatio: 0.5 } }, tasks: { train: { failureRatio: 0.2 } } };
  const chosen = ruleOf("TaskFailureRatioHigh", { settings: both })?.annotations?.description ?? "";
  expect(
    [...chosen.matchAll(/(?:if|else) ?(?:if )?((?:and|eq) [^}]*?)? \}\}/g)].map(([, condition]) => condition),
  ).toEqual([
    'and (eq $labels.task "train") (eq $labels.queue "slow")',
    'eq $labels.queue "slow"',
    'eq $labels.task "train"',
    undefined,
  ]);
});
