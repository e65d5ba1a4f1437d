import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alerts, ruleGroups } from "@taskvitals/rules";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type FinetuneRun, startFinetuneRun } from "./finetune-run.ts";
import { type Choices, dashboardQueries, interpolate, readDashboard } from "./grafana-dashboard.ts";
import {
  EITHER_WHEN_HEALTHY,
  FACTS_OF_THE_BROKER,
  FACTS_OF_THE_WORKERS,
  SILENT_WHEN_HEALTHY,
} from "./operations-answers.ts";
import { type PrometheusSample, type TempDirectory, tempDirectory } from "./services/index.ts";

const dashboard = readDashboard();
const operations = readDashboard("operations.json");
const variables = dashboard.templating.list;
const queries = new Map(dashboardQueries(dashboard).map(({ id, target }) => [id, target.expr]));
const operationsQueries = new Map(dashboardQueries(operations).map(({ id, target }) => [id, target.expr]));

/** Longer than the run, so that what a rate is multiplied by it comes to everything that happened. */
const INTERVAL_SECONDS = 600;
const everything: Choices = {
  job: "All",
  queue: "All",
  task: "All",
  __rate_interval: `${INTERVAL_SECONDS}s`,
  __range: `${INTERVAL_SECONDS}s`,
};
const TASKS = 200;
/** Alerts that Prometheus evaluates here, without waiting; how each is right is tested with the rules. */
const WATCHED: readonly string[] = ["TaskTargetDown", "TaskBrokerDown"];

let directory: TempDirectory;
let run: FinetuneRun;
/** When Prometheus had counted every task: a scrape that a busy machine delays later changes no answer. */
let settledAt: number;

beforeAll(async () => {
  directory = tempDirectory("dashboard");
  const rules = join(directory.path, "rules.yml");
  const disabled = alerts.map(({ name }) => name).filter((name) => !WATCHED.includes(name));
  const forSeconds = Object.fromEntries(WATCHED.map((name) => [name, 0]));
  writeFileSync(rules, stringify({ groups: ruleGroups({ settings: { disabled, forSeconds } }) }));
  run = await startFinetuneRun({ tasks: TASKS, ruleFiles: [rules] });
  // On a busy machine a scrape may just have been too late.
  await waitForOperations("Targets down/A", ([down]) => down?.value === 0);
  await waitForOperations("Alerts firing/A", (firing) => firing.length === 0);
  settledAt = Date.now() / 1000;
});

afterAll(async () => {
  await run?.[Symbol.asyncDispose]();
  directory?.remove();
});

/** What the query of that panel and letter answers, for these choices. */
function ask(id: string, choices: Choices = everything, time = settledAt): Promise<PrometheusSample[]> {
  const expr = queries.get(id);
  if (expr === undefined) throw new Error(`The dashboard has no query ${id}`);
  return run.prometheus.query(interpolate(expr, choices, variables), time);
}

/** The one sample of a query whose lines are pairs of task and queue. */
async function ofTheTask(id: string, choices?: Choices): Promise<number> {
  const samples = await ask(id, choices);
  expect(samples.map(({ metric }) => metric)).toEqual([{ task: run.truth.task, queue: run.truth.queue }]);
  return samples[0]?.value ?? Number.NaN;
}

/** The one sample of a query that adds everything up. */
async function ofAll(id: string): Promise<number> {
  const samples = await ask(id);
  expect(samples.map(({ metric }) => metric)).toEqual([{}]);
  return samples[0]?.value ?? Number.NaN;
}

/** Allows 20 %: Prometheus extrapolates a rate by up to a scrape interval, and a quick machine is done within ten of them. */
function expectAbout(value: number, truth: number, share = 0.2): void {
  expect(value).toBeGreaterThan(truth * (1 - share));
  expect(value).toBeLessThan(truth * (1 + share));
}

describe("the queries of the dashboard, over what the finetune platform did", () => {
  test("every query has a truth below", () => {
    expect([...queries.keys()].toSorted()).toEqual([...COMPARED].toSorted());
  });

  test("counts are those of the tasks that ended", async () => {
    expect(await ofAll("Succeeded/A")).toBe(run.truth.success);
    expect(await ofAll("Failed/A")).toBe(run.truth.failure);
    expect(await ofTheTask("Outcomes by task/A")).toBe(run.truth.success);
    expect(await ofTheTask("Outcomes by task/B")).toBe(run.truth.failure);
    expect(await ofTheTask("Outcomes by task/C")).toBe(TASKS);
  });

  test("the success ratio is the share that succeeded", async () => {
    expect(await ofAll("Success ratio/A")).toBeCloseTo(run.truth.successRatio, 12);
    expect(await ofTheTask("Outcomes by task/D")).toBeCloseTo(run.truth.successRatio, 12);
    expectAbout(await ofTheTask("Success ratio, recent/A"), run.truth.successRatio, 0.02);
  });

  test("tasks per minute come to the tasks that ended", async () => {
    const minutes = INTERVAL_SECONDS / 60;
    expectAbout((await ofTheTask("Tasks finished/A")) * minutes, run.truth.success);
    expectAbout((await ofTheTask("Tasks finished/B")) * minutes, run.truth.failure);
  });

  test("the average duration is that of the workers' own clocks", async () => {
    expectAbout(await ofTheTask("Average duration/A"), run.truth.durationSeconds / TASKS);
  });

  test("memory is what the kernel says of each process", async () => {
    const processes = new Map([
      [run.apiInstance, run.api.pid],
      ...run.workers.map(({ instance, process }) => [instance, process.pid] as const),
    ]);
    const samples = await ask("Memory/A");
    expect(samples.map(({ metric }) => metric.instance).toSorted()).toEqual([...processes.keys()].toSorted());
    for (const { metric, value } of samples) {
      expect(metric).not.toHaveProperty("pid");
      expectAbout(value, residentGigabytes(processes.get(metric.instance ?? "") as number), 0.25);
    }
  });

  test("CPU is a percentage, one per process", async () => {
    const samples = await ask("CPU/A");
    expect(samples.map(({ metric }) => metric.job).toSorted()).toEqual(["api", "worker", "worker"]);
    for (const { metric, value } of samples) {
      expect(metric).not.toHaveProperty("pid");
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThanOrEqual(100);
    }
  });
});

const COMPARED = [
  ...["Succeeded/A", "Failed/A", "Success ratio/A"],
  ...["Outcomes by task/A", "Outcomes by task/B", "Outcomes by task/C", "Outcomes by task/D"],
  ...["Tasks finished/A", "Tasks finished/B", "Success ratio, recent/A", "Average duration/A"],
  ...["Queue length/A", "CPU/A", "Memory/A"],
];

test("before a task ended there is a count of 0 and no ratio, neither 0 nor NaN", async () => {
  const [first] = await run.prometheus.query("min(min_over_time(timestamp(task_success_total)[10m:1s]))");
  const time = first?.value ?? Number.NaN;
  expect((await ask("Outcomes by task/A", everything, time)).map(({ value }) => value)).toEqual([0]);
  for (const id of ["Success ratio/A", "Outcomes by task/D", "Success ratio, recent/A", "Average duration/A"]) {
    expect(await ask(id, everything, time), id).toEqual([]);
  }
});

test("the variables offer what there is", async () => {
  const offered: Record<string, string[]> = {};
  for (const { name, type, query } of variables) {
    if (type !== "query" || typeof query === "string") continue;
    const [, series = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query.query) ?? [];
    const parameters = new URLSearchParams({ "match[]": interpolate(series, everything, variables) });
    const response = await fetch(`${run.prometheus.url}/api/v1/label/${label}/values?${parameters}`);
    offered[name] = ((await response.json()) as { data: string[] }).data;
  }
  expect(offered).toEqual({ job: ["api", "worker"], queue: [run.truth.queue], task: [run.truth.task] });
});

test("a filter keeps what it names and nothing else", async () => {
  const { task, queue, success } = run.truth;
  const chosen = { ...everything, job: ["worker", "api"], queue: [queue], task: [task, "a.b(c)"] };
  expect(await ofTheTask("Outcomes by task/A", chosen)).toBe(success);
  expect(await ask("Outcomes by task/A", { ...everything, task: [task.slice(0, -1)] })).toEqual([]);
  expect(await ask("Outcomes by task/A", { ...everything, queue: ["other"] })).toEqual([]);
  expect(await ask("Outcomes by task/A", { ...everything, job: ["api"] })).toEqual([]);
});

/** What a query of the operations dashboard answers. */
function askOperations(id: string, time?: number, choices: Choices = everything): Promise<PrometheusSample[]> {
  const expr = operationsQueries.get(id);
  if (expr === undefined) throw new Error(`The operations dashboard has no query ${id}`);
  return run.prometheus.query(interpolate(expr, choices, operations.templating.list), time);
}

/** Evaluates a query of the operations dashboard until the answer is as expected. */
function waitForOperations(
  id: string,
  predicate: (samples: readonly PrometheusSample[]) => boolean,
): Promise<PrometheusSample[]> {
  const expr = interpolate(operationsQueries.get(id) ?? "", everything, operations.templating.list);
  return run.prometheus.waitFor(expr, predicate);
}

/** Answers of every query, none of which may hold what is no number. */
async function askAll(time?: number): Promise<Map<string, PrometheusSample[]>> {
  const answers = new Map<string, PrometheusSample[]>();
  for (const id of operationsQueries.keys()) {
    const samples = await askOperations(id, time);
    for (const { value } of samples) expect(value, id).toSatisfy(Number.isFinite);
    answers.set(id, samples);
  }
  return answers;
}

/** The time of the next scrape of the API that succeeds: whatever it shows is known at that moment, however busy the machine is. */
async function nextScrapeOfTheApi(): Promise<number> {
  const now = Date.now() / 1000;
  const [scraped] = await run.prometheus.waitFor(
    'timestamp(up{job="api"} == 1)',
    ([sample]) => (sample?.value ?? 0) > now,
  );
  return scraped?.value ?? Number.NaN;
}

const emptyOf = (answers: ReadonlyMap<string, readonly PrometheusSample[]>, ids: Iterable<string>): string[] =>
  [...ids].filter((id) => answers.get(id)?.length === 0).toSorted();

describe("the queries of the operations dashboard, over what the finetune platform did", () => {
  const one = async (id: string): Promise<number> => {
    const samples = await askOperations(id, settledAt);
    expect(samples, id).toHaveLength(1);
    return samples[0]?.value ?? Number.NaN;
  };

  test("answer where there is something to say, and nowhere else", async () => {
    const answers = await askAll(settledAt);
    const silent = emptyOf(answers, answers.keys()).filter((id) => !(id in EITHER_WHEN_HEALTHY));
    expect(silent).toEqual(Object.keys(SILENT_WHEN_HEALTHY).toSorted());
  });

  test("tell what happened: outcomes, durations, errors", async () => {
    const { durationSeconds, errors, failure, success, successRatio, task, queue } = run.truth;
    expectAbout(await one("Success ratio/A"), successRatio, 0.02);
    expectAbout(await one("Failed/A"), failure);
    expectAbout(await one("Failing most/A"), 1 - successRatio);
    expectAbout(((await one("Tasks finished/A")) * INTERVAL_SECONDS) / 60, success);
    expectAbout(((await one("Arriving against finishing/B")) * INTERVAL_SECONDS) / 60, TASKS);
    expect(await one("Run time, all tasks/A")).toBeLessThan((3 * durationSeconds) / TASKS);
    const buckets = await askOperations("Run times/A", settledAt);
    expectAbout(Math.max(...buckets.map(({ value }) => value)), TASKS);
    const classes = await askOperations("Errors by class/A", settledAt);
    // Each class is born with its first failure, which increase() would not see.
    expect(Object.fromEntries(classes.map(({ metric, value }) => [metric.error_type, value]))).toEqual(errors);
    for (const { metric } of classes) expect(metric).toMatchObject({ task, queue });
  });

  test("tell that all is well: the broker, the processes, the readings", async () => {
    expect(await one("Broker/A")).toBe(1);
    expect(await one("Targets down/A")).toBe(0);
    expect(await one("Oldest reading/A")).toBeLessThan(30);
    expect(await one("Queues/D")).toBe(0);
    expect(await one("Queues/G")).toBe(0);
    const slots = await one("Slots in use/A");
    expect(slots).toBeGreaterThanOrEqual(0);
    expect(slots).toBeLessThanOrEqual(1);
    for (const { value } of await askOperations("Series refused/A", settledAt)) expect(value).toBe(0);
    expect(await askOperations("Event loop delay, p99/A", settledAt)).toHaveLength(3);
  });

  test("keep to the chosen queue, and alerts about brokers and processes whatever is chosen", async () => {
    const other = { ...everything, queue: ["other"] };
    expect(await askOperations("Queue length/A", settledAt, other)).toEqual([]);
    expect(await askOperations("Success ratio/A", settledAt, other)).toEqual([]);
    expect(await askOperations("Broker/A", settledAt, other)).toHaveLength(1);
  });
});

test("while the workers are frozen, both dashboards show that nobody takes the jobs, and what the workers tell is unknown", async () => {
  const length = interpolate(queries.get("Queue length/A") ?? "", everything, variables);
  const reaches = (truth: number): Promise<PrometheusSample[]> =>
    run.prometheus.waitFor(length, ([sample]) => sample?.value === truth);
  expect(await reaches(0)).toEqual([{ metric: { queue: run.truth.queue }, value: 0 }]);
  for (const { process } of run.workers) process.kill("SIGSTOP");
  const ids: string[] = [];
  while (ids.length < 5) ids.push(await run.post({ slice: "slice-00", epochs: 1 }));
  await reaches(ids.length);

  await waitForOperations("Targets down/A", ([down]) => down?.value === run.workers.length);
  await waitForOperations("Alerts firing/A", ([firing]) => firing?.value === run.workers.length);
  const [age] = await waitForOperations("Oldest waiting task/A", ([sample]) => (sample?.value ?? 0) > 0);
  await waitForOperations("Oldest waiting task/A", ([sample]) => (sample?.value ?? 0) > (age?.value ?? 0));
  const frozenAt = await nextScrapeOfTheApi();
  const answers = await askAll(frozenAt);
  expect(emptyOf(answers, FACTS_OF_THE_WORKERS)).toEqual(FACTS_OF_THE_WORKERS.toSorted());
  expect(answers.get("Queues/A")?.map(({ value }) => value)).toEqual([ids.length]);
  expect(answers.get("Waiting longest/A")).toHaveLength(1);
  expect(answers.get("Process memory/A")?.map(({ metric }) => metric.instance)).toEqual([run.apiInstance]);
  const firing = answers.get("What is firing/A")?.map(({ metric }) => metric) ?? [];
  const severity = alerts.find(({ name }) => name === "TaskTargetDown")?.severity;
  for (const row of firing) expect(row).toMatchObject({ alertname: "TaskTargetDown", severity });
  expect(firing.map(({ about = "" }) => about.trim()).toSorted()).toEqual(
    run.workers.map(({ instance }) => `worker ${instance}`).toSorted(),
  );
  const rowsOf = async (choices: Choices): Promise<number> =>
    (await askOperations("What is firing/A", frozenAt, choices)).length;
  expect(await rowsOf({ ...everything, queue: ["other", "another"] })).toBe(run.workers.length);
  expect(await rowsOf({ ...everything, job: ["api"] })).toBe(0);

  for (const { process } of run.workers) process.kill("SIGCONT");
  for (const id of ids) await run.ended(id);
  await reaches(0);
  await waitForOperations("Alerts firing/A", (samples) => samples.length === 0);
});

test("while Redis is away, the broker is down and its facts are unknown, not 0; when it is back, so are they", async () => {
  await run.redis.kill();
  await waitForOperations("Broker/A", ([up]) => up?.value === 0);
  await waitForOperations("What is firing/A", (rows) => rows.some(({ metric }) => metric.about?.trim() === "default"));
  // A queue that nobody had made yet when it was first read is there as well, and rises no more.
  await waitForOperations("Failed readings/A", (failed) => failed.some(({ value }) => value > 0));
  await waitForOperations("Oldest reading/A", ([age]) => (age?.value ?? 0) > 1);
  const answers = await askAll(await nextScrapeOfTheApi());
  expect(emptyOf(answers, FACTS_OF_THE_BROKER)).toEqual(FACTS_OF_THE_BROKER.toSorted());
  expect(answers.get("Broker up/A")).toEqual([{ metric: { broker: "default" }, value: 0 }]);
  expect(answers.get("What is firing/A")?.map(({ metric }) => metric.runbook)).toContain("TaskBrokerDown");
  expect(answers.get("Slots in use/A")).toHaveLength(1);

  await run.redis.restart();
  await waitForOperations("Broker/A", ([up]) => up?.value === 1);
  await waitForOperations("Queue length/A", ([length]) => length?.value === 0);
});

function residentGigabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024 ** 2;
}
