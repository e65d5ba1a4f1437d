import { expect, it, onTestFinished } from "vitest";
import { type CeleryPlatform, startCeleryPlatform } from "../../../../test/frameworks/celery/celery-platform.ts";
import { type PrometheusServer, startPrometheus, startRedis, waitUntil } from "../../../../test/services/index.ts";
import { parsePage } from "../../../sdk/test/metrics-page.ts";
import { runInProcess } from "../run-in-process.ts";
import { serveExporter } from "../start-exporter.ts";

const queue = "gpu";

/** What the panels and alerts of celery-mixin ask, and the same of our names. Written from what its metrics are documented to mean. */
const QUESTIONS: readonly (readonly [old: string, ours: string])[] = [
  ["count(celery_worker_up == 1)", "max(task_workers)"],
  ["sum(celery_worker_tasks_active)", "sum(task_active)"],
  ["sum by (queue_name) (celery_queue_length)", "max by (queue) (task_queue_length)"],
  ["sum by (queue_name) (celery_active_worker_count)", "max by (queue) (task_workers)"],
  ["sum by (queue_name) (celery_active_process_count)", "sum by (queue) (task_concurrency)"],
  ["sum(increase(celery_task_succeeded_total[$RANGE]))", "sum(increase(task_success_total[$RANGE]))"],
  [
    "sum by (name) (increase(celery_task_succeeded_total[$RANGE]))",
    "sum by (task) (increase(task_success_total[$RANGE]))",
  ],
  [
    "sum by (name) (increase(celery_task_retried_total[$RANGE])) > 0",
    "sum by (task) (increase(task_retry_total[$RANGE])) > 0",
  ],
  [
    "sum by (exception) (increase(celery_task_failed_total[$RANGE])) > 0",
    "sum by (error_type) (increase(task_error_total[$RANGE])) > 0",
  ],
  [
    "sum(increase(celery_task_succeeded_total[$RANGE])) / (sum(increase(celery_task_succeeded_total[$RANGE])) + sum(increase(celery_task_failed_total[$RANGE])))",
    "sum(increase(task_success_total[$RANGE])) / (sum(increase(task_success_total[$RANGE])) + sum(increase(task_failure_total[$RANGE])))",
  ],
  [
    'sum(rate(celery_task_runtime_sum{name="work"}[$RANGE])) / sum(rate(celery_task_runtime_count{name="work"}[$RANGE]))',
    'sum(rate(task_duration_seconds_sum{task="work"}[$RANGE])) / sum(rate(task_duration_seconds_count{task="work"}[$RANGE]))',
  ],
  [
    "sum by (name) (increase(celery_task_failed_total[$RANGE])) / sum by (name) (rate(celery_task_succeeded_total[$RANGE])) * 100 > 5",
    "sum by (task) (increase(task_failure_total[$RANGE])) / sum by (task) (rate(task_success_total[$RANGE])) * 100 > 5",
  ],
];

it("answers the questions of celery-exporter's dashboards under its names as ours does under ours, both as it was", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const [platform, exporter] = await Promise.all([
    startCeleryPlatform(redis, { sentEvents: true }),
    serveExporter(
      ["--queue", `celery:${queue}`, "--celery-events", "--celery-inspect", "--also-emit", "celery-exporter"],
      { REDIS_URL: redis.url },
    ),
  ]);
  onTestFinished(() => platform[Symbol.asyncDispose]());
  const targets = [new URL(exporter.url).host];
  const prometheus = await startPrometheus({ scrapeConfigs: [{ job_name: "celery", static_configs: [{ targets }] }] });
  onTestFinished(() => prometheus.stop());
  await platform.start("one", { queues: queue, concurrency: 3 });
  await prometheus.waitFor("celery_active_process_count == 3", ({ length }) => length === 1);

  await run(platform);
  await waitUntil(() => isCounted(platform, prometheus, 6), { what: "the first round", timeoutMs: 60_000 });
  // From here on every series is there: what is born at 1 has no rise, under either name.
  const since = Date.now() / 1000;
  await prometheus.waitFor(`timestamp(celery_worker_up) > ${since}`, ({ length }) => length === 1);
  await run(platform);
  await waitUntil(() => isCounted(platform, prometheus, 12), { what: "the second round", timeoutMs: 60_000 });
  const ids = await platform.send([
    ...Array.from({ length: 3 }, () => ({ task: "work", args: [60], options: { queue } })),
    // A prefork worker takes four for each of its processes; the rest stay in the queue.
    ...Array.from({ length: 14 }, () => ({ task: "work", options: { queue } })),
  ]);
  await prometheus.waitFor(
    "celery_queue_length > 0 and on () sum(celery_worker_tasks_active) == 3",
    (found) => found.length === 1,
  );

  const at = Date.now() / 1000;
  const range = `${Math.floor((at - since) * 1000)}ms`;
  for (const pair of QUESTIONS) {
    const [old, ours] = pair.map((expr) => expr.replaceAll("$RANGE", range)) as [string, string];
    const [theirs, same] = await Promise.all([answer(prometheus, old, at), answer(prometheus, ours, at)]);
    expect(theirs, old).toEqual(same);
    expect(theirs.length, old).toBeGreaterThan(0);
  }
  const page = parsePage(await exporter.page());
  const total = (name: string): number =>
    page.series(name).reduce((sum, labels) => sum + (page.value(name, labels) ?? 0), 0);
  // Each run is five tasks, one of which is tried twice.
  expect(total("celery_task_sent_total")).toBe(2 * 6 + 17);
  expect(page.value("celery_task_retried_total", { name: "again", hostname: "host", queue_name: queue })).toBe(2);
  expect(page.value("celery_task_revoked_total", { name: "work", hostname: "host", queue_name: queue })).toBe(0);
  expect(page.value("celery_queue_length", { queue_name: queue })).toBe(page.value("task_queue_length", { queue }));

  const compared = await runInProcess(["compare", "--with", exporter.url, "--metrics", exporter.url, "--for", "0"]);
  expect(JSON.parse(compared.stdout)).toMatchObject({ result: "agree", exporter: "celery-exporter" });
  expect(compared.exitCode).toBe(0);

  await Promise.all(ids.slice(0, 3).map((id) => platform.revoke(id, true)));
  await prometheus.waitFor('sum(celery_task_revoked_total{name="work"}) == 3', ({ length }) => length === 1);
});

/** Two that succeed, two that fail, and one that succeeds when it is tried again. */
async function run(platform: CeleryPlatform): Promise<void> {
  const options = { queue };
  await platform.send([
    { task: "work", args: [0.1], options },
    { task: "work", options },
    { task: "fail", args: ["KeyError"], options },
    { task: "fail", options },
    { task: "again", options },
  ]);
}

/** Whether Prometheus has seen every attempt that has ended, under both kinds of names. */
async function isCounted(platform: CeleryPlatform, prometheus: PrometheusServer, attempts: number): Promise<boolean> {
  const truth = await platform.truth();
  const of = (outcome: string): number => truth.filter((one) => one.outcome.startsWith(outcome)).length;
  const value = async (expr: string): Promise<number> => Number((await prometheus.query(expr))[0]?.value ?? 0);
  const expected = [of("success"), of("failure"), of("retry")];
  const [old, ours] = await Promise.all([
    Promise.all(["succeeded", "failed", "retried"].map((name) => value(`sum(celery_task_${name}_total)`))),
    Promise.all(["success", "failure", "retry"].map((name) => value(`sum(task_${name}_total)`))),
  ]);
  return truth.length === attempts && `${old}` === `${expected}` && `${ours}` === `${expected}`;
}

/** The values, with whatever the labels are called. */
async function answer(prometheus: PrometheusServer, expr: string, at: number): Promise<readonly unknown[]> {
  const samples = await prometheus.query(expr, at);
  return samples.map(({ metric, value }) => [...Object.values(metric), Number(value.toFixed(9))]).sort();
}
