import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { type CeleryTruth, startCeleryPlatform } from "./frameworks/celery/celery-platform.ts";
import { startFlower } from "./frameworks/flower/flower-server.ts";
import { fetchPage, type MetricsPage } from "./metrics-page.ts";
import { startProcess, startRedis, waitUntil } from "./services/index.ts";

const exporterMain = fileURLToPath(new URL("../packages/exporter/dist/main.js", import.meta.url));

it("Flower beside us on one run: the same totals, and every difference that the page on Celery tells of", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis, { sentEvents: true });
  onTestFinished(() => platform[Symbol.asyncDispose]());
  const flower = await startFlower(platform.url);
  onTestFinished(() => flower[Symbol.asyncDispose]());
  const exporter = await startProcess({
    command: process.execPath,
    args: [exporterMain, "--redis", platform.url, "--celery-events", "--web.listen-address", "127.0.0.1:0"],
    readyWhen: /msg"?[=:]"?serving/,
  });
  onTestFinished(async () => void (await exporter.stop()));
  const url = /url"?[=:]"?(http:[^\s"]+)/.exec(exporter.output())?.[1] ?? "";
  const ours = (): Promise<MetricsPage> => fetchPage(url);
  const theirs = (): Promise<MetricsPage> => fetchPage(flower.metricsUrl);

  const client = new Redis(platform.url);
  onTestFinished(() => client.disconnect());
  const heard = await successesHeard(platform.url);
  await platform.start("a", { queues: "mails", pool: "prefork" });
  await platform.start("b", { queues: "orders,bulk", pool: "threads" });
  await waitUntil(
    async () => sum(await ours(), "task_workers") === 2 && sum(await theirs(), "flower_worker_online") === 2,
    { what: "both to see two workers", timeoutMs: 60_000 },
  );
  const queues = ["mails", "orders", "bulk"];
  await platform.send(
    Array.from({ length: 300 }, (_, index) => {
      const options = { queue: queues[index % 3] };
      if (index % 10 === 1)
        return { task: "fail", args: [index % 20 === 1 ? "ValueError" : "KeyError", 0.02], options };
      if (index % 10 === 2) return { task: "again", args: [2], options };
      return { task: "work", args: [0.005], options };
    }),
  );
  const ended = ({ outcome }: CeleryTruth): boolean => outcome !== "retry";
  await waitUntil(async () => (await platform.truth()).filter(ended).length === 300, {
    what: "300 tasks to end",
    timeoutMs: 60_000,
    intervalMs: 200,
  });
  const truth = await platform.truth();
  const told = (begin: string): Record<string, number> =>
    tally(truth.filter(({ outcome }) => outcome.startsWith(begin)));

  // The same totals, by task; and both are the truth.
  for (const [outcome, type, metric] of [
    ["success", "task-succeeded", "task_success_total"],
    ["failure", "task-failed", "task_failure_total"],
    ["retry", "task-retried", "task_retry_total"],
  ] as const) {
    await expect.poll(async () => byTask(await ours(), metric), { timeout: 20_000 }).toEqual(told(outcome));
    const flowers = async (): Promise<Record<string, number>> =>
      byTask(await theirs(), "flower_events_total", { type });
    await expect.poll(flowers, { timeout: 20_000 }).toEqual(told(outcome));
  }
  const [our, their] = await Promise.all([ours(), theirs()]);

  // Run times: Celery announces them of successes alone, and so does Flower; ours has the failures as well.
  expect(byTask(their, "flower_task_runtime_seconds_count")).toEqual(told("success"));
  expect(byTask(our, "task_duration_seconds_count")).toEqual(tally(truth.filter(ended)));
  for (const task of ["work", "again"]) {
    const [us = 0, them = 0] = [
      byTask(our, "task_duration_seconds_sum")[task],
      byTask(their, "flower_task_runtime_seconds_sum")[task],
    ];
    expect(Math.abs(us - them)).toBeLessThan(1e-6);
  }

  // What Flower's page does not tell: the queue, the class of an error, the wait in the queue, what was missed.
  const labels = new Set(their.samples.filter(({ name }) => name.startsWith("flower_")).flatMap(labelNames));
  expect([...labels].sort()).toEqual(["le", "task", "type", "worker"]);
  expect(sumBy(our, "task_error_total", "error_type")).toEqual({ ValueError: 15, KeyError: 15 });
  expect(sumBy(our, "task_wait_seconds_count", "queue")).toEqual({ mails: 100, orders: 100, bulk: 100 });
  expect(our.value("task_events_missed_total", { broker: "default" })).toBe(0);
  expect(their.samples.filter(({ name }) => /miss|lost|wait|queue|error/.test(name))).toEqual([]);
  // What ours does not: which worker. In Flower's, producers are workers too.
  expect(our.samples.filter(({ name, labels }) => name.startsWith("task_") && "worker" in labels)).toEqual([]);
  const workers = new Set(their.samples.flatMap(({ labels }) => labels.worker ?? []));
  expect([...workers].filter((worker) => !/^[ab]@host$/.test(worker))).not.toEqual([]);

  // An event that comes twice counts once here, and twice there.
  expect(heard.size).toBeGreaterThan(0);
  const [again = ""] = heard;
  const before = byTask(their, "flower_events_total", { type: "task-succeeded" });
  await client.publish("/0.celeryev/task.succeeded", again);
  const flowersNow = async (): Promise<number> =>
    sumOf(byTask(await theirs(), "flower_events_total", { type: "task-succeeded" }));
  await expect.poll(flowersNow, { timeout: 20_000 }).toBeGreaterThan(sumOf(before));
  // The event that follows is read after it.
  await platform.send([{ task: "work", options: { queue: "mails" } }]);
  const successes = async (): Promise<number> => sumOf(byTask(await ours(), "task_success_total"));
  const oneMore = sumOf(told("success")) + 1;
  await waitUntil(async () => (await successes()) >= oneMore, { what: "one more success", timeoutMs: 20_000 });
  expect(await successes()).toBe(oneMore);

  // A worker that is killed leaves ours. Flower goes on saying that it is online.
  await platform.stop("a", "SIGKILL");
  await waitUntil(async () => sum(await ours(), "task_workers") === 1, { what: "it to leave", timeoutMs: 60_000 });
  expect((await theirs()).value("flower_worker_online", { worker: "a@host" })).toBe(1);
}, 240_000);

/** Messages in which a worker says that tasks succeeded, as they were published; it grows. */
async function successesHeard(redisUrl: string): Promise<ReadonlySet<string>> {
  const heard = new Set<string>();
  const subscriber = new Redis(redisUrl);
  onTestFinished(() => subscriber.disconnect());
  subscriber.on("pmessage", (_pattern, _channel, message: string) => {
    const { body } = JSON.parse(message) as { body: string };
    if (Buffer.from(body, "base64").includes('"task-succeeded"')) heard.add(message);
  });
  await subscriber.psubscribe("/0.celeryev/*");
  return heard;
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function tally(truth: readonly CeleryTruth[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { task } of truth) counts[task] = (counts[task] ?? 0) + 1;
  return counts;
}

function sum(page: MetricsPage, name: string): number {
  return page.samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);
}

/** Sums by one label; without what is 0. */
function sumBy(
  page: MetricsPage,
  name: string,
  label: string,
  where: Readonly<Record<string, string>> = {},
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const sample of page.samples) {
    if (sample.name !== name || sample.value === 0) continue;
    if (Object.entries(where).some(([key, value]) => sample.labels[key] !== value)) continue;
    const key = sample.labels[label] ?? "";
    sums[key] = (sums[key] ?? 0) + sample.value;
  }
  return sums;
}

function byTask(page: MetricsPage, name: string, where?: Readonly<Record<string, string>>): Record<string, number> {
  return sumBy(page, name, "task", where);
}

function labelNames({ labels }: { readonly labels: Readonly<Record<string, string>> }): readonly string[] {
  return Object.keys(labels);
}
