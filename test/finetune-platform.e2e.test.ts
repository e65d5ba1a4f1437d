import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FinetuneRun, type FinetuneWorker, startFinetuneRun } from "./finetune-run.ts";
import { fetchPage } from "./metrics-page.ts";
import { waitUntil } from "./services/index.ts";

const AVERAGE = "rate(task_duration_seconds_sum[5m]) / rate(task_duration_seconds_count[5m])";

let run: FinetuneRun;
beforeAll(async () => {
  run = await startFinetuneRun({ tasks: 200 });
}, 240_000);
afterAll(() => run?.[Symbol.asyncDispose]());

/** What an expression gives for one process, by its `instance` label. */
async function valuesByInstance(expr: string, time?: number): Promise<Record<string, number>> {
  const samples = await run.prometheus.query(expr, time);
  const entries = samples.map(({ metric, value }) => [metric.instance as string, value] as const);
  expect(new Set(entries.map(([instance]) => instance)).size, `one series per process: ${expr}`).toBe(entries.length);
  return Object.fromEntries(entries);
}

function byInstance(of: (worker: FinetuneWorker) => number): Record<string, number> {
  return Object.fromEntries(run.workers.map((worker) => [worker.instance, of(worker)]));
}

function successes({ jobs }: FinetuneWorker): number {
  return jobs().filter(({ outcome }) => outcome === "success").length;
}

function meanSeconds(jobs: readonly { readonly seconds: number }[]): number {
  return jobs.reduce((sum, { seconds }) => sum + seconds, 0) / jobs.length;
}

describe("200 jobs on two workers: the reference's queries, typed as the reference types them", () => {
  it("task_success_total + task_failure_total is what each worker ran", async () => {
    const expr = "task_success_total + task_failure_total";
    expect(await valuesByInstance(expr)).toEqual(byInstance(({ jobs }) => jobs().length));
    expect(run.truth).toMatchObject({ tasks: 200, success: 160, failure: 40 });
    for (const { metric } of await run.prometheus.query(expr)) {
      expect(metric).toEqual({
        job: "worker",
        instance: metric.instance,
        task: run.truth.task,
        queue: run.truth.queue,
      });
    }
    for (const worker of run.workers) expect(worker.jobs().length, "both workers worked").toBeGreaterThan(0);
  });

  it("task_success_total and task_failure_total, each for itself, add up to what really ended well and badly", async () => {
    expect(await run.prometheus.query("sum(task_success_total)")).toEqual([{ metric: {}, value: run.truth.success }]);
    expect(await run.prometheus.query("sum(task_failure_total)")).toEqual([{ metric: {}, value: run.truth.failure }]);
    const errors = await run.prometheus.query("sum by (error_type) (task_error_total)");
    expect(Object.fromEntries(errors.map(({ metric, value }) => [metric.error_type, value]))).toEqual(run.truth.errors);
    expect(run.truth.errors).toEqual({ DivergedError: 20, MissingSliceError: 20 });
  });

  it("task_success_total / (task_success_total + task_failure_total) is each worker's share of successes", async () => {
    expect(await valuesByInstance("task_success_total / (task_success_total + task_failure_total)")).toEqual(
      byInstance((worker) => successes(worker) / worker.jobs().length),
    );
  });

  it(`${AVERAGE} is the mean of what each worker measured itself`, async () => {
    const averages = await valuesByInstance(AVERAGE);
    expect(Object.keys(averages).sort()).toEqual(run.workers.map(({ instance }) => instance).sort());
    // The first sample of each was 0, so that no job is missing from the rate.
    expect(await valuesByInstance("min_over_time(task_duration_seconds_count[5m])")).toEqual(byInstance(() => 0));
    for (const { instance, jobs } of run.workers) {
      const mean = meanSeconds(jobs());
      expect(Math.abs((averages[instance] as number) - mean) / mean).toBeLessThan(0.05);
    }
    const [total] = await run.prometheus.query("sum(task_duration_seconds_sum)");
    expect(Math.abs((total?.value as number) - run.truth.durationSeconds) / run.truth.durationSeconds).toBeLessThan(
      0.05,
    );
  });

  it.each(["system_cpu_percent", "system_memory_usage_gigabytes"])(
    "max without(pid) (%s) is one series per process, whose pid is gone",
    async (name) => {
      // At one moment, or a scrape may come between the two.
      const now = Date.now() / 1000;
      const raw = await run.prometheus.query(name, now);
      const pids = { [run.apiInstance]: run.api.pid, ...byInstance(({ process }) => process.pid) };
      expect(Object.fromEntries(raw.map(({ metric }) => [metric.instance, metric.pid]))).toEqual(
        Object.fromEntries(Object.entries(pids).map(([instance, pid]) => [instance, String(pid)])),
      );
      const collapsed = await run.prometheus.query(`max without(pid) (${name})`, now);
      for (const { metric } of collapsed) expect(Object.keys(metric).sort()).toEqual(["instance", "job"]);
      expect(collapsed).toHaveLength(raw.length);
      expect(await valuesByInstance(`max without(pid) (${name})`, now)).toEqual(
        Object.fromEntries(raw.map(({ metric, value }) => [metric.instance, value])),
      );
    },
  );

  it("the processes' CPU is a percentage above 0, and their memory what the kernel says it is", async () => {
    for (const cpu of Object.values(
      await valuesByInstance("max without(pid) (max_over_time(system_cpu_percent[1m]))"),
    )) {
      expect(cpu).toBeGreaterThan(0);
      expect(cpu).toBeLessThanOrEqual(100);
    }
    const memory = await valuesByInstance("max without(pid) (system_memory_usage_gigabytes)");
    const resident = { [run.apiInstance]: run.api.pid, ...byInstance(({ process }) => process.pid) };
    for (const [instance, pid] of Object.entries(resident)) {
      const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
      const gigabytes = kilobytes / 1024 ** 2;
      expect(Math.abs((memory[instance] as number) - gigabytes) / gigabytes).toBeLessThan(0.3);
    }
  });

  it("task_queue_length is one fact, told by the API: 0, because all is done", async () => {
    // A reading serves the scrapes of a second, so the last one before the end may show for a scrape more.
    const told = await run.prometheus.waitFor("task_queue_length", ([length]) => length?.value === 0);
    expect(told).toEqual([
      {
        metric: { __name__: "task_queue_length", job: "api", instance: run.apiInstance, queue: "train" },
        value: 0,
      },
    ]);
  });
});

describe("the API", () => {
  const post = (body: unknown): Promise<Response> =>
    fetch(`${run.apiUrl}/train`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it.each([
    [{}, "must have required property 'slice'"],
    [{ slice: "everything" }, "body/slice must match pattern"],
    [{ slice: "slice-01", learningRate: 0 }, "body/learningRate must be > 0"],
    [{ slice: "slice-01", epochs: 1.5 }, "body/epochs must be integer"],
  ])("refuses %j and says why", async (body, reason) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(reason);
  });

  it("tells what became of a job: accuracy on mails it has never seen, or why it failed", async () => {
    const good = await run.ended("1");
    expect(good).toMatchObject({ state: "completed", error: null, result: { learnedFrom: expect.any(Number) } });
    // Who answers "ham" to everything is right for 69 % of the mails.
    expect(good.result?.accuracyBefore).toBeGreaterThan(0.95);
    expect(good.result?.accuracyAfter).toBeGreaterThan(0.95);
    expect(await run.ended("4")).toMatchObject({
      state: "failed",
      error: expect.stringContaining("diverged"),
      result: null,
    });
    expect(await run.ended("8")).toMatchObject({ state: "failed", error: expect.stringContaining("no slice-99") });
    expect((await fetch(`${run.apiUrl}/tasks/no-such`)).status).toBe(404);
  });
});

describe("workers that come and go", () => {
  let fresh: FinetuneWorker;

  it("SIGTERM ends idle workers with exit code 0", async () => {
    for (const { process } of run.workers) {
      process.kill("SIGTERM");
      expect(await process.exited).toEqual({ code: 0, signal: null });
    }
  });

  it("the only job of a fresh worker shows in success, ratio and average duration two scrapes later", async () => {
    fresh = await run.addWorker();
    const selector = `{instance="${fresh.instance}"}`;
    const scrapes = async (): Promise<number> =>
      (await run.prometheus.query(`count_over_time(up${selector}[5m])`))[0]?.value ?? 0;
    await run.prometheus.waitFor(
      `count_over_time(task_success_total${selector}[5m])`,
      ([count]) => (count?.value ?? 0) >= 2,
    );
    expect(await run.prometheus.query(`task_success_total${selector}`)).toMatchObject([{ value: 0 }]);

    expect(await run.ended(await run.post({ slice: "slice-40", epochs: 300 }))).toMatchObject({ state: "completed" });
    const before = await scrapes();
    await waitUntil(async () => (await scrapes()) >= before + 2, { what: "two scrapes" });

    const about = async (expr: string): Promise<number | undefined> => (await valuesByInstance(expr))[fresh.instance];
    expect(await about("task_success_total")).toBe(1);
    expect(await about("task_success_total / (task_success_total + task_failure_total)")).toBe(1);
    const [job] = fresh.jobs();
    expect(fresh.jobs()).toHaveLength(1);
    const measured = job?.seconds as number;
    expect(Math.abs(((await about(AVERAGE)) as number) - measured) / measured).toBeLessThan(0.1);
  });

  it("SIGTERM lets a worker finish the job at hand, and then ends it with exit code 0", async () => {
    const id = await run.post({ slice: "slice-41", epochs: 1_000 });
    const page = (): Promise<number | undefined> =>
      fetchPage(`http://${fresh.instance}/metrics`).then((answer) => answer.value("task_active", { queue: "train" }));
    await waitUntil(async () => (await page()) === 1, { what: "the job to begin" });
    fresh.process.kill("SIGTERM");
    expect(await fresh.process.exited).toEqual({ code: 0, signal: null });
    expect(await run.ended(id)).toMatchObject({ state: "completed" });
  });

  it("task_queue_length rises when nobody is left to work", async () => {
    for (let slice = 0; slice < 5; slice++) await run.post({ slice: `slice-0${slice}` });
    await run.prometheus.waitFor("task_queue_length", ([length]) => length?.value === 5);
    const told = async (): Promise<unknown> =>
      (await fetchPage(`${run.apiUrl}/metrics`)).value("task_queue_length", { queue: "train" });
    await expect.poll(told).toBe(5);
  });

  it("without Redis the API refuses jobs at once, and its page has everything but the queue's length", async () => {
    await run.redis.kill();
    const response = await fetch(`${run.apiUrl}/train`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ slice: "slice-00" }),
    });
    expect(response.status).toBe(503);
    const page = await waitUntil(
      async () => {
        const answer = await fetchPage(`${run.apiUrl}/metrics`);
        return answer.value("task_queue_length") === undefined ? answer : undefined;
      },
      { what: "the queue's length to be unknown" },
    );
    expect(page.value("system_memory_usage_gigabytes")).toBeGreaterThan(0);
    expect(page.value("task_queue_read_error_total", { queue: "train", reason: "refused" })).toBeGreaterThan(0);
  });

  it("SIGTERM ends the API with exit code 0, even then", async () => {
    run.api.kill("SIGTERM");
    expect(await run.api.exited).toEqual({ code: 0, signal: null });
  });
});
