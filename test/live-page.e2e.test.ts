import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { words } from "../packages/live/client/phrases/word-phrases.ts";
import { startBrowser } from "./dashboard-preview/browser-look.ts";
import { type FinetuneRun, startFinetuneRun } from "./finetune-run.ts";
import { pythonOf } from "./frameworks/programs.ts";
import { openLivePage, type SeenPage } from "./live-page/seen-page.ts";
import { fetchPage, type MetricsPage } from "./metrics-page.ts";
import { type RedisServer, startProcess, startRedis, tempDirectory, waitUntil } from "./services/index.ts";

const DASH = "—";
/** Two readings of the page, which are five seconds apart, and what a busy machine adds. */
const TWO_TICKS = { timeout: 10_000 + 4_000, interval: 200 };
/** What takes longer: a client that connects anew, a queue that is given up. */
const LONG = { timeout: 40_000, interval: 250 };

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(() => browser?.close());

/** A count as the page writes it in English. */
const count = (value: number | undefined): string => (value ?? Number.NaN).toLocaleString("en");

/** A share as the page writes it. */
const share = (part: number, all: number): string =>
  (part / all).toLocaleString("en", { style: "percent", maximumFractionDigits: 1 });

/** The 95th percentile of a histogram on a page of metrics, in seconds, as Prometheus' `histogram_quantile` has it. */
function p95(page: MetricsPage, name: string, labels: Readonly<Record<string, string>>): number {
  const buckets = page.samples
    .filter(
      (sample) =>
        sample.name === `${name}_bucket` &&
        Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .map(({ labels: { le = "" }, value }) => ({ le: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le), value }))
    .sort((one, other) => one.le - other.le);
  const rank = 0.95 * (buckets.at(-1)?.value ?? Number.NaN);
  const at = buckets.findIndex(({ value }) => value >= rank);
  const lower = { le: buckets[at - 1]?.le ?? 0, value: buckets[at - 1]?.value ?? 0 };
  const upper = buckets[at] ?? lower;
  return lower.le + ((upper.le - lower.le) * (rank - lower.value)) / (upper.value - lower.value);
}

/** A duration as the page writes it, back in seconds. */
function seconds(text: string | undefined): number {
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60, h: 3600 };
  return [...(text ?? "").matchAll(/([\d.,]+) (ms|s|min|h)\b/g)].reduce(
    (sum, [, number = "", unit = ""]) => sum + Number(number.replaceAll(",", "")) * (units[unit] ?? Number.NaN),
    0,
  );
}

describe("the finetune platform", () => {
  const TASKS = 40;
  let run: FinetuneRun;
  let api: SeenPage;

  beforeAll(async () => {
    run = await startFinetuneRun({ tasks: TASKS, workers: 2 });
    api = await openLivePage(browser, `${run.apiUrl}/`);
  });

  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await run?.[Symbol.asyncDispose]();
  });

  it("each worker's page says what its metrics say and what it did", async () => {
    const { queue, task } = run.truth;
    const labels = { queue, task };
    for (const worker of run.workers) {
      await using seen = await openLivePage(browser, `http://${worker.instance}/`);
      const jobs = worker.jobs();
      const failed = jobs.filter(({ outcome }) => outcome === "failure").length;
      const metrics = await fetchPage(`http://${worker.instance}/metrics`);
      expect(metrics.value("task_failure_total", labels)).toBe(failed);
      await expect
        .poll(() => seen.row("tasks", task), LONG)
        .toMatchObject({ "Failure ratio": share(failed, jobs.length) });
      const row = await seen.row("tasks", task);
      expect(row?.Queue).toBe(queue);
      // Three digits are written; all jobs ended within the last minute or two.
      const truth = p95(metrics, "task_duration_seconds", labels);
      expect(Math.abs(seconds(row?.["Run p95"]) - truth)).toBeLessThan(0.06 * truth);
      // A worker does not read the queue, and says so.
      const mails = await seen.row("queues", queue);
      expect(mails).toMatchObject({ Ready: DASH, "Oldest age": DASH, Reading: DASH });
      expect(mails?.["Active / slots"]).toBe("0 / 1");
      expect(seen.faults).toEqual([]);
    }
  });

  it("the API's page has the queue's length, and no number of what only the workers count", async () => {
    const metrics = await fetchPage(`${run.apiUrl}/metrics`);
    await expect
      .poll(() => api.row("queues", run.truth.queue), TWO_TICKS)
      .toMatchObject({
        Ready: count(metrics.value("task_queue_length")),
        "Failure ratio": DASH,
        [words.perSecond.en]: DASH,
        "Run p95": DASH,
      });
    // On a busy machine a broker may be slow for a while.
    await expect
      .poll(api.answers, LONG)
      .toEqual([expect.stringContaining("Healthy"), expect.stringContaining("Nowhere"), expect.any(String)]);
  });

  it("work that nobody takes shows with its number and age", async () => {
    for (const { process } of run.workers) process.kill("SIGSTOP");
    const JOBS = 7;
    for (let job = 0; job < JOBS; job += 1) await run.post({ slice: "slice-01" });
    await expect.poll(async () => (await api.row("queues", run.truth.queue))?.Ready, TWO_TICKS).toBe(count(JOBS));
    expect((await fetchPage(`${run.apiUrl}/metrics`)).value("task_queue_length")).toBe(JOBS);
    const age = async (): Promise<number> => seconds((await api.row("queues", run.truth.queue))?.["Oldest age"]);
    await expect.poll(age, TWO_TICKS).toBeGreaterThan(2);
    for (const { process } of run.workers) process.kill("SIGCONT");
    await expect.poll(async () => (await api.row("queues", run.truth.queue))?.Ready, LONG).toBe("0");
  });

  it("a Redis that is frozen is said within two ticks, and its numbers are gone; when it is back, so are they", async () => {
    run.redis.freeze();
    await expect
      .poll(async () => (await api.row("queues", run.truth.queue))?.Reading, TWO_TICKS)
      .toMatch(/^no reading for .*: /);
    expect(await api.row("queues", run.truth.queue)).toMatchObject({ Ready: DASH, "Oldest age": DASH });
    expect((await api.answers())[0]).toContain("Needs attention");
    run.redis.resume();
    await expect.poll(async () => (await api.row("queues", run.truth.queue))?.Ready, TWO_TICKS).toBe("0");
    await expect.poll(async () => (await api.answers())[0], TWO_TICKS).toContain("Healthy");
  });

  it("a worker's page says that the worker is gone, and shows no number as if it were true now", async () => {
    const [worker] = run.workers;
    if (worker === undefined) expect.fail("there is no worker");
    await using seen = await openLivePage(browser, `http://${worker.instance}/`);
    worker.process.kill("SIGKILL");
    await expect.poll(() => seen.text(), LONG).toMatch(/no answer/i);
  });

  it("a Redis that is killed is said within two ticks, with the reason; when it is back, the page recovers by itself", async () => {
    await run.redis.kill();
    await expect
      .poll(async () => (await api.row("queues", run.truth.queue))?.Reading, TWO_TICKS)
      .toMatch(/^no reading for .*: /);
    await expect.poll(() => api.text(), TWO_TICKS).toContain("away");
    await run.redis.restart();
    await expect.poll(async () => (await api.answers())[0], LONG).toContain("Healthy");
    expect(api.faults).toEqual([]);
  });
});

describe("the exporter with Celery", () => {
  it("shows what the application itself has in its books, and a queue that is removed is gone", async () => {
    await using stack = new AsyncDisposableStack();
    const redis: RedisServer = stack.use(await startRedis());
    const directory = tempDirectory("live-celery");
    stack.defer(directory.remove);
    const ledger = join(directory.path, "ledger.jsonl");
    const rounds = 4;
    const example = stack.use(
      await startProcess({
        command: process.execPath,
        args: [fileURLToPath(new URL("../examples/celery/main.ts", import.meta.url))],
        env: {
          REDIS_URL: redis.url,
          PYTHON_ENVIRONMENT: dirname(dirname(pythonOf("python"))),
          ROUNDS: String(rounds),
          REPORT_SECONDS: "4",
          LEDGER: ledger,
          TASKVITALS_WEB_LISTEN_ADDRESS: "127.0.0.1:0",
        },
        readyWhen: /^Look: +http:\S+$/m,
        timeoutMs: 60_000,
      }),
    );
    const url = /^Look: +(http:\S+)$/m.exec(example.output())?.[1] ?? "";
    await using seen = await openLivePage(browser, url);

    const ended = (): readonly { task: string; queue: string; outcome: string }[] => {
      const lines = readFileSync(ledger, { encoding: "utf8", flag: "a+" })
        .trim()
        .split("\n")
        .filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line)).filter(({ outcome }) => outcome !== "retry");
    };
    const expected = 11 * rounds + 2 * Math.ceil(rounds / 3) + 1;
    await waitUntil(() => ended().length === expected, {
      what: `${expected} tasks to end`,
      timeoutMs: 90_000,
      intervalMs: 200,
    });
    const { host } = new URL(url);
    for (const task of ["fetch_mails", "classify_mail", "train_slice", "merge_slices"]) {
      const own = ended().filter((one) => one.task === task);
      const failed = own.filter(({ outcome }) => outcome === "failure").length;
      const labels = { task, queue: own[0]?.queue ?? "" };
      const told = async (name: string): Promise<number> =>
        (await fetchPage(`http://${host}/metrics`)).value(name, labels) ?? 0;
      // What is counted is the books', and so is what the page says.
      await expect.poll(() => told("task_failure_total"), LONG).toBe(failed);
      await expect.poll(() => told("task_success_total"), LONG).toBe(own.length - failed);
      await expect
        .poll(() => seen.row("tasks", task), LONG)
        .toMatchObject({ "Failure ratio": share(failed, own.length), Queue: own[0]?.queue });
    }

    const metrics = await fetchPage(`http://${host}/metrics`);
    for (const queue of ["mails", "train", "night"]) {
      const ready = metrics.value("task_queue_length", { queue });
      await expect.poll(async () => (await seen.row("queues", queue))?.Ready, TWO_TICKS).toBe(count(ready));
    }
    // Nobody takes from this one.
    expect(Number((await seen.row("queues", "night"))?.Ready)).toBeGreaterThan(0);
    const client = new Redis(redis.url);
    stack.defer(() => client.disconnect());
    // A queue of Celery is a list, and others for its priorities.
    for (const key of await client.keys("night*")) await client.del(key);
    await expect.poll(async () => (await seen.row("queues", "night"))?.Ready, TWO_TICKS).toBe("0");
    expect(seen.faults).toEqual([]);
  });
});
