import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { planWork } from "./bullmq-binder/binder-plan.ts";
import { type BinderPlatform, startBinderPlatform } from "./bullmq-binder/binder-platform.ts";
import { countsOf, expectedCounts, recordsOf, sumOf } from "./bullmq-binder/binder-truth.ts";
import { fetchPage, type MetricsPage } from "./metrics-page.ts";
import { type RunningProcess, startProcess, tempDirectory, waitUntil } from "./services/index.ts";

const main = fileURLToPath(new URL("../packages/exporter/dist/main.js", import.meta.url));

interface Exporter {
  readonly process: RunningProcess;
  scrape(): Promise<MetricsPage>;
}

describe.each([6, 5] as const)("the exporter beside two worker processes of BullMQ %d", (major) => {
  async function start(): Promise<{ platform: BinderPlatform; startExporter: () => Promise<Exporter> }> {
    const platform = await startBinderPlatform(major);
    onTestFinished(() => platform[Symbol.asyncDispose]());
    const { port } = platform.queue.opts.connection as { readonly port: number };
    const directory = tempDirectory("bullmq-events");
    onTestFinished(() => directory.remove());
    const totals = ["--totals-file", join(directory.path, "totals.json")];
    const startExporter = async (): Promise<Exporter> => {
      const process_ = await startProcess({
        command: process.execPath,
        args: [main, "--queue", "bullmq:work", "--bullmq-events", "--web.listen-address", "127.0.0.1:0", ...totals],
        env: { REDIS_URL: `redis://127.0.0.1:${port}` },
        readyWhen: /msg"?[=:]"?serving/,
      });
      onTestFinished(async () => void (await process_.stop()));
      const url = /url"?[=:]"?(https?:\/\/[^\s"]+)/.exec(process_.output())?.[1] as string;
      return { process: process_, scrape: () => fetchPage(url) };
    };
    return { platform, startExporter };
  }

  /** Resolves once the exporter reads the events: what happens from then on is counted. */
  async function isReading(platform: BinderPlatform, exporter: Exporter): Promise<void> {
    await waitUntil(
      async () => {
        // A job that is not due while the test runs.
        await platform.queue.add("probe", { failures: 0, hopeless: false, runMs: 0 }, { delay: 3_600_000 });
        return (await exporter.scrape()).samples.some(({ name }) => name === "task_success_total");
      },
      { what: "the exporter to read events", intervalMs: 200 },
    );
  }

  it("says what BullMQ's own records and the workers' own metrics say, to the unit", async () => {
    const { platform, startExporter } = await start();
    const exporter = await startExporter();
    await isReading(platform, exporter);
    const workers = [await platform.startWorker("one"), await platform.startWorker("two")];
    await platform.add(planWork(800, { seed: 7 + major, longestMs: 4 }));
    await platform.allEnded(800);

    const truth = withoutClasses(expectedCounts(await recordsOf(platform.queue)));
    expect(Object.keys(truth).length, "every task in every outcome").toBe(3 * 5);
    await expect.poll(async () => countsOf([await exporter.scrape()]), { timeout: 20_000 }).toEqual(truth);
    const ofWorkers = async (): Promise<object> =>
      withoutClasses(countsOf(await Promise.all(workers.map((worker) => worker.scrape()))));
    await expect.poll(ofWorkers, { timeout: 20_000 }).toEqual(truth);
    const page = await exporter.scrape();
    expect(sumOf([page], "task_wait_seconds_count"), "one wait per job").toBe(800);
    expect(page.value("task_active", { queue: "work" })).toBe(0);
    expect(page.value("task_events_missed_total", { broker: "default" })).toBe(0);
  });

  it("loses nothing when a worker is killed with SIGKILL, and nothing when it is restarted itself", async () => {
    const { platform, startExporter } = await start();
    const first = await startExporter();
    await isReading(platform, first);
    const quick = { LOCK_MS: "2000" };
    const doomed = await platform.startWorker("doomed", quick);
    await platform.startWorker("survivor", quick);
    await platform.add(planWork(800, { seed: 70 + major, longestMs: 50 }));
    await waitUntil(async () => (await platform.ended()) >= 100, { what: "the first jobs to end" });
    doomed.process.kill("SIGKILL");
    first.process.kill("SIGTERM");
    await Promise.all([doomed.process.exited, first.process.exited]);
    const second = await startExporter();
    await platform.allEnded(800);

    const records = await recordsOf(platform.queue);
    const truth = withoutClasses(expectedCounts(records));
    await expect.poll(async () => countsOf([await second.scrape()]), { timeout: 20_000 }).toEqual(truth);
    const page = await second.scrape();
    const stalls = records.reduce((sum, { stalls: count }) => sum + count, 0);
    expect(stalls, "jobs of the one that was killed").toBeGreaterThan(0);
    expect(sumOf([page], "task_stalled_total")).toBe(stalls);
    expect(page.value("task_active", { queue: "work" })).toBe(0);
    expect(page.value("task_events_missed_total", { broker: "default" })).toBe(0);
  });
});

/** From outside no class of an error is known. */
function withoutClasses(counts: Readonly<Record<string, number>>): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [series, count] of Object.entries(counts)) {
    const key = series.replace(/ error_type=.*/, " error_type=_OTHER");
    merged[key] = (merged[key] ?? 0) + count;
  }
  return merged;
}
