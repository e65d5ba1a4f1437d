import { expect, it, onTestFinished } from "vitest";
import { startCeleryPlatform } from "../../../test/frameworks/celery/celery-platform.ts";
import { startRedis, waitUntil } from "../../../test/services/index.ts";
import { parsePage } from "../../sdk/test/metrics-page.ts";
import type { CheckReport } from "../src/check/check-report.ts";
import { runExporter, serveExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

it.each([
  ["the current Celery", "python"],
  ["Celery 5.2", "celery-5.2"],
] as const)(
  "counts the tasks of real workers of %s, their queue under the label that the queue has",
  async (_, environment) => {
    const redis = await startRedis({ password: "s3cr3t" });
    onTestFinished(() => redis.stop());
    const platform = await startCeleryPlatform(redis, { environment, sentEvents: true });
    onTestFinished(() => platform[Symbol.asyncDispose]());
    const files = tempFiles();
    const url = files.write("url", redis.url);
    const config = files.write(
      "exporter.yaml",
      "queues: [{ layout: celery, name: gpu, label: acme-gpu }]\nceleryEvents: true",
    );
    const exporter = await serveExporter(["--config", config, "--redis-url-file", url]);
    await platform.start("one", { queues: "gpu", pool: "solo" });
    await waitUntil(async () => parsePage(await exporter.page()).series("task_events_timestamp_seconds").length === 1, {
      what: "the first heartbeat",
      timeoutMs: 30_000,
    });
    const task = (name: string): { task: string; options: { queue: string } } => ({
      task: name,
      options: { queue: "gpu" },
    });
    await platform.send([task("work"), task("work"), task("fail")]);
    const queue = "acme-gpu";
    const page = await waitUntil(
      async () => {
        const now = parsePage(await exporter.page());
        const failed = now.value("task_failure_total", { task: "fail", queue });
        return failed === 1 && now.value("task_success_total", { task: "work", queue }) === 2 && now;
      },
      { what: "the tasks to be counted", timeoutMs: 30_000 },
    );
    expect(page.value("task_error_total", { task: "fail", queue, error_type: "ValueError" })).toBe(1);
    expect(page.value("task_duration_seconds_count", { task: "work", queue })).toBe(2);
    expect(page.value("task_events_missed_total", { broker: "default" })).toBe(0);
    // A reading serves the scrapes of a second.
    await waitUntil(async () => parsePage(await exporter.page()).value("task_queue_length", { queue }) === 0, {
      what: "the queue to be read as empty",
    });
  },
);

it("check says which workers send no events about their tasks", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis);
  onTestFinished(() => platform[Symbol.asyncDispose]());
  await platform.start("quiet", { queues: "gpu", pool: "solo", events: false });
  let checking = true;
  const checked = runExporter(["check", "--redis", redis.url, "--celery-events"]).finally(() => {
    checking = false;
  });
  // Only a worker that runs tasks can be seen not to speak of them.
  await waitUntil(
    async () => {
      await platform.send([{ task: "work", options: { queue: "gpu" } }]);
      return !checking;
    },
    { what: "the check to end", timeoutMs: 40_000, intervalMs: 300 },
  );
  const { exitCode, stdout } = await checked;
  const report = JSON.parse(stdout) as CheckReport;
  expect(report.celeryEvents).toMatchObject([
    { broker: "default", seen: true, announcingWorkers: [], problems: [{ reason: "no_task_events" }] },
  ]);
  expect(report.celeryEvents[0]?.silentWorkers[0]).toMatch(/^quiet@/);
  expect(report.celeryEvents[0]?.problems[0]?.remedy).toContain("Start them with -E");
  expect(exitCode).toBe(3);
});

it("check does not take the heartbeats of workers that run nothing for events of tasks", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis);
  onTestFinished(() => platform[Symbol.asyncDispose]());
  await platform.start("quiet", { queues: "gpu", pool: "solo", events: false });
  const args = ["check", "--redis", redis.url, "--celery-events", "--format", "text"];
  const { exitCode, stdout } = await runExporter(args);
  expect(stdout).toMatch(
    /Celery's events on default: heartbeats of 1 worker, no task event in \d+ s; if tasks ran, the workers lack -E/,
  );
  expect(exitCode).toBe(0);
});
