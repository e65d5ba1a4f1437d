import { GROWING, type RuleSuite, target } from "./rule-case.ts";

const length = (queue: string, values: string, more = target("a")): Record<string, string> => ({
  [`task_queue_length{queue="${queue}", ${more}}`]: values,
});
const age = (queue: string, values: string): Record<string, string> => ({
  [`task_queue_oldest_age_seconds{queue="${queue}", ${target("a")}}`]: values,
});
const outcomes = (task: string, queue: string, success: string, failure: string): Record<string, string> => ({
  [`task_success_total{task="${task}", queue="${queue}", ${target("a")}}`]: success,
  [`task_failure_total{task="${task}", queue="${queue}", ${target("a")}}`]: failure,
});
const inOne = (namespace: string): Record<string, string> => {
  const labels = `namespace="${namespace}", ${target("a")}`;
  return {
    [`up{${labels}}`]: "1+0x40",
    [`taskvitals_series_overflow_total{instrument="task_queue_length", ${labels}}`]: "0+0x40",
  };
};

const tooOld = (seconds: string, limit: string): string =>
  `The oldest ready task in {{ $labels.queue }} has waited for ${seconds}; at most ${limit} is fine.`;

/** Limits of single queues and tasks. */
const overrideSuite: RuleSuite = {
  name: "overrides",
  options: {
    settings: {
      values: { oldestTaskSeconds: 100 },
      queues: { "slow.one": { oldestTaskSeconds: 7200, failureRatio: 0.5 }, 'a"b\\c': { oldestTaskSeconds: 50 } },
      tasks: { flaky: { failureRatio: 0.2 } },
      forSeconds: { TaskQueueOldestTaskTooOld: 0 },
      severities: { TaskQueueOldestTaskTooOld: "critical" },
    },
  },
  cases: [
    {
      title: "each queue at its own limit",
      series: { ...age("slow.one", "7200+0x40"), ...age('a\\"b\\\\c', "50+0x40"), ...age("slowXone", "100+0x40") },
    },
    {
      title: "each queue above its own limit",
      series: { ...age("slow.one", "7201+0x40"), ...age('a\\"b\\\\c', "51+0x40"), ...age("slowXone", "101+0x40") },
      fires: [
        ["slow.one", "2h 0m 1s", "2h"],
        ['a"b\\c', "51s", "50s"],
        ["slowXone", "1m 41s", "1m40s"],
      ].map(([queue = "", says = "", limit = ""]) => ({
        alert: "TaskQueueOldestTaskTooOld",
        labels: { queue },
        says,
        description: tooOld(says, limit),
      })),
    },
    {
      title: "tasks and queues below limits of their own",
      series: {
        ...outcomes("flaky", "gpu", "0+80x40", "0+20x40"),
        ...outcomes("train", "slow.one", "0+50x40", "0+50x40"),
        ...outcomes("flaky", "slow.one", "0+80x40", "0+20x40"),
      },
      fires: ["TaskFailureBudgetBurnsFast", "TaskFailureBudgetBurnsSlow"].flatMap((alert) => [
        { alert, labels: { queue: "gpu" }, says: "20%" },
        { alert, labels: { queue: "slow.one" }, says: "35%" },
      ]),
    },
  ],
};

/** Two platforms in one Prometheus, told apart by a label. */
const bySuite: RuleSuite = {
  name: "platforms told apart by a label",
  options: { by: ["namespace"], grafanaUrl: "https://grafana.example/x/" },
  cases: [
    {
      title: "queues of one name, of which one grows",
      bare: true,
      series: {
        ...inOne("blue"),
        ...inOne("green"),
        ...length("a&b", GROWING, `namespace="blue", ${target("a")}`),
        ...length("a&b", "500+0x40", `namespace="green", ${target("a")}`),
        [`task_concurrency{queue="a&b", namespace="green", ${target("a")}}`]: "1+0x40",
        [`task_active{queue="a&b", namespace="green", ${target("a")}}`]: "1+0x40",
        [`task_stalled_total{queue="a&b", namespace="green", ${target("a")}}`]: "7+0x40",
        [`task_stalled_total{queue="a&b", namespace="blue", ${target("a")}}`]: "_x20 2+0x40",
      },
      fires: [
        { alert: "TaskQueueGrowing", labels: { queue: "a&b", namespace: "blue" }, says: "150" },
        { alert: "TasksStalled", labels: { queue: "a&b", namespace: "blue" }, says: "2" },
      ],
    },
    {
      title: "a target of one name, which is gone in one",
      bare: true,
      series: {
        ...inOne("blue"),
        ...inOne("green"),
        [`up{namespace="green", ${target("a")}}`]: "1+0x20 0+0x20",
        [`taskvitals_series_overflow_total{instrument="task_queue_length", namespace="green", ${target("a")}}`]:
          "0+0x20 stale",
        ...length("mails", "0+0x40", `namespace="blue", ${target("a")}`),
      },
      fires: [{ alert: "TaskTargetDown", labels: { namespace: "green", job: "worker", instance: "a" } }],
    },
  ],
};

/** Rules for one job of several, with a label that tells apart what they record. */
const selectorSuite: RuleSuite = {
  name: "one platform of several",
  options: { selector: 'job="worker"', labels: { team: "ml" } },
  cases: [
    {
      title: "queues of both that grow",
      series: { ...length("mine", GROWING), ...length("theirs", "0+10x40", target("a", "others")) },
      fires: [{ alert: "TaskQueueGrowing", labels: { queue: "mine" }, says: "150" }],
      values: { 'queue:task_queue_length:max{team="ml", queue="mine"}': 300, "queue:task_queue_length:max": 300 },
    },
    {
      title: "metrics of the other alone",
      bare: true,
      series: length("theirs", "0+0x40", target("a", "others")),
      fires: [{ alert: "TaskMetricsAbsent", labels: { job: "worker" } }],
    },
  ],
};

/** Rules that are not as they are by default. */
export const scopeSuites: readonly RuleSuite[] = [overrideSuite, bySuite, selectorSuite];
