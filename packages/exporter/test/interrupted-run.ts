import { expect, onTestFinished } from "vitest";
import { type CeleryPlatform, startCeleryPlatform } from "../../../test/frameworks/celery/celery-platform.ts";
import { type RedisServer, startRedis, waitUntil } from "../../../test/services/index.ts";
import { type MetricsPage, parsePage } from "../../sdk/test/metrics-page.ts";
import type { ServingExporter } from "./start-exporter.ts";

/** What exporters show of one run of tasks. */
export interface Shown {
  /** Outcomes, retries among them, of all tasks. */
  readonly recorded: number;
  /** What is known to be missing from them. */
  readonly missed: number;
}

/** Celery at work, for exporters that come and go. */
export interface InterruptedRun {
  readonly redis: RedisServer;
  readonly platform: CeleryPlatform;
  /** How many attempts have ended, as the tasks themselves say. */
  ended(): Promise<number>;
  /** Sends short tasks, some of which fail or are retried; answers how many attempts they come to. */
  send(count: number): Promise<number>;
  /** What these exporters show together; never more than the truth. */
  shown(...exporters: ServingExporter[]): Promise<Shown>;
  /** Waits until an exporter hears so many workers. */
  hears(exporter: ServingExporter, workers: number): Promise<void>;
  /** Waits until something is true of what these exporters show together. */
  until(what: string, isSo: (shown: Shown) => unknown, ...exporters: ServingExporter[]): Promise<Shown>;
}

/** Starts Redis and two workers of two processes each. */
export async function startInterruptedRun(): Promise<InterruptedRun> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis, { sentEvents: true });
  onTestFinished(() => platform[Symbol.asyncDispose]());
  for (const name of ["one", "two"]) await platform.start(name, { queues: "gpu", concurrency: 2 });
  const shown = async (...exporters: ServingExporter[]): Promise<Shown> => {
    const pages = await Promise.all(exporters.map(async (one) => parsePage(await one.page())));
    const sum = (name: string): number => pages.reduce((total, page) => total + sumOf(page, name), 0);
    const recorded = sum("task_success_total") + sum("task_failure_total") + sum("task_retry_total");
    const missed = sum("task_events_missed_total");
    // Read last: it only grows.
    const truth = (await platform.truth()).length;
    expect(recorded + missed).toBeLessThanOrEqual(truth);
    return { recorded, missed };
  };
  return {
    redis,
    platform,
    shown,
    ended: async () => (await platform.truth()).length,
    async send(count) {
      const options = { queue: "gpu" };
      const kinds = [
        { task: "work", args: [0.05], options },
        { task: "fail", args: ["KeyError", 0.05], options },
        { task: "again", args: [1], options },
      ];
      const tasks = Array.from({ length: count }, (_, index) => kinds[index % 10 < 8 ? 0 : (index % 10) - 7]);
      await platform.send(tasks.flatMap((task) => task ?? []));
      return tasks.reduce((attempts, task) => attempts + (task?.task === "again" ? 2 : 1), 0);
    },
    async hears(exporter, workers) {
      await waitUntil(async () => sumOf(parsePage(await exporter.page()), "task_workers") === workers, {
        what: `${workers} workers to be heard`,
        timeoutMs: 60_000,
        intervalMs: 100,
      });
    },
    until: (what, isSo, ...exporters) =>
      waitUntil(
        async () => {
          const now = await shown(...exporters);
          return isSo(now) ? now : undefined;
        },
        { what, timeoutMs: 60_000, intervalMs: 100 },
      ),
  };
}

function sumOf(page: MetricsPage, name: string): number {
  return page.series(name).reduce((total, labels) => total + (page.value(name, labels) ?? 0), 0);
}
