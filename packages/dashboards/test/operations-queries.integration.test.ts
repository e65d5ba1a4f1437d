import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { dashboardQueries, interpolate, readDashboard } from "../../../test/grafana-dashboard.ts";
import { prometheusVersions, promtool, tempDirectory } from "../../../test/services/index.ts";

const dashboard = readDashboard("operations.json");
const queries = new Map(dashboardQueries(dashboard).map(({ id, target }) => [id, target.expr]));
const everything = { job: "All", queue: "All", task: "All", __rate_interval: "4m", __range: "10m" };

/** What a platform showed, one sample a minute, and what the dashboard answers. */
interface Case {
  readonly title: string;
  /** Values by series, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes after the first sample. */
  readonly at: number;
  /** Answers by query: values by labels. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const pair = (instance: string): string => `task="t", queue="q", job="w", instance="${instance}"`;
const PAIR = '{queue="q", task="t"}';
const QUEUE = '{queue="q"}';
/** A process shows this series on each of its pages. */
const pages = (instance: string, values = "0+0x30"): Record<string, string> => ({
  [`taskvitals_series_overflow_total{instrument="task_queue_length", job="w", instance="${instance}"}`]: values,
});
const ended = (instance: string, success: string, failure: string): Record<string, string> => ({
  [`task_success_total{${pair(instance)}}`]: success,
  [`task_failure_total{${pair(instance)}}`]: failure,
});

const CASES: readonly Case[] = [
  {
    title: "one process: three of four succeed",
    series: { ...pages("a"), ...ended("a", "0+3x30", "0+1x30") },
    at: 20,
    answers: {
      "Success ratio/A": { "{}": 0.75 },
      "Failed/A": { "{}": 10 },
      "Failing most/A": { [PAIR]: 0.25 },
      "Tasks finished/A": { "{}": 3 },
      "Arriving against finishing/B": { [QUEUE]: 4 },
    },
  },
  {
    title: "two processes are added up, one of which restarts",
    series: {
      ...pages("a"),
      ...pages("b"),
      ...ended("a", "0+3x30", "0+1x30"),
      ...ended("b", "50+1x14 1+1x15", "0+0x30"),
    },
    at: 20,
    answers: { "Failed/A": { "{}": 10 }, "Success ratio/A": { "{}": 0.8 }, "Tasks finished/A": { "{}": 4 } },
  },
  {
    title: "a fact about a queue is taken once, whoever reports it",
    series: {
      'task_queue_length{queue="q", job="w", instance="a"}': "7+0x30",
      'task_queue_length{queue="q", job="w", instance="b"}': "7+0x30",
      'task_active{queue="q", job="w", instance="a"}': "1+0x30",
      'task_active{queue="q", job="w", instance="b"}': "2+0x30",
      'task_concurrency{queue="q", job="w", instance="a"}': "4+0x30",
      'task_concurrency{queue="q", job="w", instance="b"}': "4+0x30",
    },
    at: 20,
    answers: {
      "Queue length/A": { [QUEUE]: 7 },
      "Queues/A": { [QUEUE]: 7 },
      "Queues/C": { [QUEUE]: 3 },
      "Slots in use/A": { [QUEUE]: 0.375 },
      "Time to drain/A": {},
    },
  },
  {
    title: "the first failure of its kind counts",
    series: { ...pages("a"), ...ended("a", "0+0x30", "_x18 1+0x12") },
    at: 20,
    answers: { "Failed/A": { "{}": 1 }, "Failing most/A": { [PAIR]: 1 } },
  },
  {
    title: "what a process counted before the time began does not count",
    series: {
      ...pages("a"),
      ...pages("b"),
      ...ended("a", "_x2 5+0x28", "_x2 7+0x28"),
      ...ended("b", "_x15 0+0x15", "_x15 0+0x15"),
    },
    at: 25,
    answers: { "Failed/A": { "{}": 0 }, "Success ratio/A": {}, "Failing most/A": {} },
  },
  {
    title: "a process that is gone keeps what it counted",
    series: { ...pages("a", "0+0x18 stale"), ...pages("b"), ...ended("a", "_x12 1+0x5 stale", "_x12 3+0x5 stale") },
    at: 20,
    answers: { "Failed/A": { "{}": 3 }, "Success ratio/A": { "{}": 0.25 } },
  },
  {
    title: "shared totals that another process shows from now on are nothing new",
    series: {
      ...pages("a"),
      ...pages("b"),
      'taskvitals_processes{job="w", instance="a"}': "2+0x15 stale",
      'taskvitals_processes{job="w", instance="b"}': "_x15 2+0x15",
      ...ended("a", "100+0x15 stale", "40+0x15 stale"),
      ...ended("b", "_x15 100+0x15", "_x15 40+0x15"),
    },
    at: 18,
    answers: { "Failed/A": { "{}": 0 }, "Success ratio/A": {} },
  },
  {
    title: "without traffic there are no ratios, quantiles or times, and no NaN",
    series: {
      ...pages("a"),
      ...ended("a", "5+0x30", "5+0x30"),
      [`task_duration_seconds_bucket{le="1", ${pair("a")}}`]: "5+0x30",
      [`task_duration_seconds_bucket{le="+Inf", ${pair("a")}}`]: "5+0x30",
      'task_concurrency{queue="q", job="w", instance="a"}': "0+0x30",
      'task_active{queue="q", job="w", instance="a"}': "0+0x30",
    },
    at: 25,
    answers: {
      "Success ratio/A": {},
      "Failing most/A": {},
      "Slowest, p95/A": {},
      "Run time, all tasks/A": {},
      "Run time by task, p95/A": {},
      "Slots in use/A": {},
    },
  },
  {
    title: "a queue that cannot be read is unknown, and its last reading grows old; one that was removed is gone",
    series: {
      'task_queue_length{queue="q", job="w", instance="a"}': "3+0x15 stale",
      'task_queue_read_timestamp_seconds{queue="q", job="w", instance="a"}': "0+60x15 stale",
      'task_queue_read_error_total{queue="q", reason="refused", job="w", instance="a"}': "_x15 1+1x15",
      'task_queue_length{queue="removed", job="w", instance="a"}': "3+0x15 stale",
      'task_queue_read_timestamp_seconds{queue="removed", job="w", instance="a"}': "0+60x15 stale",
    },
    at: 20,
    answers: {
      "Queue length/A": {},
      "Queues/A": {},
      "Queues/H": { [QUEUE]: 300 },
      "Oldest reading/A": { "{}": 300 },
      "Failed readings/A": { '{queue="q", reason="refused"}': 1 },
    },
  },
  {
    title: "arrivals are what ends and what the queue grows by; a queue that shrinks tells when it is empty",
    series: {
      ...ended("a", "0+3x30", "0+1x30"),
      'task_queue_length{queue="q", job="w", instance="a"}': "100-2x30",
    },
    at: 20,
    answers: { "Arriving against finishing/A": { [QUEUE]: 2 }, "Time to drain/A": { [QUEUE]: 1800 } },
  },
  {
    title: "a broker that one process cannot reach is up; a process that does not answer is down",
    series: {
      'task_broker_up{broker="default", job="w", instance="a"}': "1+0x30",
      'task_broker_up{broker="default", job="w", instance="b"}': "0+0x30",
      ...pages("a"),
      ...pages("b", "0+0x15 stale"),
      'up{job="w", instance="a"}': "1+0x30",
      'up{job="w", instance="b"}': "1+0x15 0+0x15",
      'up{job="other", instance="c"}': "0+0x30",
    },
    at: 20,
    answers: { "Broker/A": { "{}": 1 }, "Broker up/A": { '{broker="default"}': 1 }, "Targets down/A": { "{}": 1 } },
  },
];

describe.each(prometheusVersions)("Prometheus %s", (version) => {
  test.each(CASES)("$title", async ({ series, at, answers }) => {
    using directory = disposable();
    const path = join(directory.path, "case.yml");
    const asked = {
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: Object.entries(answers).map(([id, samples]) => ({
        // Sums of binary fractions differ in the last digits.
        expr: `round(${interpolate(queries.get(id) ?? `no query ${id}`, everything, dashboard.templating.list)}, 1e-6)`,
        eval_time: `${at}m`,
        exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
      })),
    };
    writeFileSync(path, stringify({ evaluation_interval: "1m", tests: [asked] }));
    const { exitCode, stdout, stderr } = await promtool(["test", "rules", path], undefined, version);
    expect(exitCode === 0 ? "" : `${stdout}${stderr}`).toBe("");
  });
});

function disposable(): { readonly path: string } & Disposable {
  const { path, remove } = tempDirectory("operations");
  return { path, [Symbol.dispose]: remove };
}
