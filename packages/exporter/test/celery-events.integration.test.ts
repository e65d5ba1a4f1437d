import { expect, it, onTestFinished } from "vitest";
import { startCeleryPlatform } from "../../../test/frameworks/celery/celery-platform.ts";
import { startRedis, waitUntil } from "../../../test/services/index.ts";
import { parsePage } from "../../sdk/test/metrics-page.ts";
import { serveExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

it("counts the tasks of real Celery workers, their queue under the label that the queue has", async () => {
  const redis = await startRedis({ password: "s3cr3t" });
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis, { sentEvents: true });
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
  expect(page.series("task_success_total").map((labels) => labels.queue)).toEqual(expect.arrayContaining([queue]));
  expect(page.value("task_queue_length", { queue })).toBe(0);
});
