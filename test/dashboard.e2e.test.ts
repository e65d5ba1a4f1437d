import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FinetuneRun, startFinetuneRun } from "./finetune-run.ts";
import { type Choices, dashboardQueries, interpolate, readDashboard } from "./grafana-dashboard.ts";
import type { PrometheusSample } from "./services/index.ts";

const dashboard = readDashboard();
const variables = dashboard.templating.list;
const queries = new Map(dashboardQueries(dashboard).map(({ id, target }) => [id, target.expr]));

/** Longer than the run, so that what a rate is multiplied by it comes to everything that happened. */
const INTERVAL_SECONDS = 600;
const everything: Choices = { job: "All", queue: "All", task: "All", __rate_interval: `${INTERVAL_SECONDS}s` };
const TASKS = 200;

let run: FinetuneRun;
/** When Prometheus had counted every task: a scrape that a busy machine delays later changes no answer. */
let settledAt: number;

beforeAll(async () => {
  run = await startFinetuneRun({ tasks: TASKS });
  settledAt = Date.now() / 1000;
});

afterAll(() => run?.[Symbol.asyncDispose]());

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

/** Allows 10 %: Prometheus extrapolates a rate to the ends of its window, by up to a scrape interval. */
function expectAbout(value: number, truth: number, share = 0.1): void {
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

test("the queue length is that of the jobs no worker has taken, and 0 when all are taken", async () => {
  const length = interpolate(queries.get("Queue length/A") ?? "", everything, variables);
  const reaches = (truth: number): Promise<PrometheusSample[]> =>
    run.prometheus.waitFor(length, ([sample]) => sample?.value === truth);
  expect(await reaches(0)).toEqual([{ metric: { queue: run.truth.queue }, value: 0 }]);
  for (const { process } of run.workers) process.kill("SIGSTOP");
  const ids: string[] = [];
  while (ids.length < 5) ids.push(await run.post({ slice: "slice-00", epochs: 1 }));
  await reaches(ids.length);
  for (const { process } of run.workers) process.kill("SIGCONT");
  for (const id of ids) await run.ended(id);
  await reaches(0);
});

function residentGigabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024 ** 2;
}
