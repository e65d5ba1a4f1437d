import { describe, expect, it, onTestFinished } from "vitest";
import { planWork } from "./bullmq-binder/binder-plan.ts";
import { type BinderPlatform, type SaidEnd, startBinderPlatform } from "./bullmq-binder/binder-platform.ts";
import { countsOf, expectedCounts, recordsOf, sumOf } from "./bullmq-binder/binder-truth.ts";
import type { MetricsPage, PageSample } from "./metrics-page.ts";
import { type OtlpReceiver, startOtlpReceiver, waitUntil } from "./services/index.ts";

describe.each([6, 5] as const)("two worker processes of BullMQ %d", (major) => {
  async function start(): Promise<BinderPlatform> {
    const platform = await startBinderPlatform(major);
    onTestFinished(() => platform[Symbol.asyncDispose]());
    return platform;
  }

  it("5 000 jobs with outcomes by chance and retries: the metrics are BullMQ's own records, to the unit", async () => {
    const platform = await start();
    const workers = [await platform.startWorker("one"), await platform.startWorker("two")];
    const scrape = (): Promise<MetricsPage[]> => Promise.all(workers.map((worker) => worker.scrape()));
    await platform.add(planWork(5_000, { seed: major, longestMs: 4 }));
    await platform.allEnded(5_000);

    const expected = expectedCounts(await recordsOf(platform.queue));
    await expect.poll(async () => countsOf(await scrape())).toEqual(expected);
    expect(Object.keys(expected).length, "every task in every outcome").toBe(3 * 6);
    const pages = await scrape();
    expect(countsOf(pages)).toEqual(expected);
    expect(sumOf(pages, "task_wait_seconds_count"), "one wait per job").toBe(5_000);
    expect(sumOf(pages, "task_stalled_total")).toBe(0);
    for (const page of pages) {
      expect(page.value("task_active", { queue: "work" })).toBe(0);
      expect(page.value("task_concurrency", { queue: "work" })).toBe(10);
      expect(sumOf([page], "task_success_total"), "both worked").toBeGreaterThan(0);
    }
  });

  it("one killed with SIGKILL: what it had not yet shown is missing, by id, and nothing is counted twice", async () => {
    const platform = await start();
    const quick = { LOCK_MS: "2000" };
    const [doomed, survivor] = [
      await platform.startWorker("doomed", quick),
      await platform.startWorker("survivor", quick),
    ];
    await platform.add(planWork(1_500, { seed: 100 + major, longestMs: 25 }));
    await waitUntil(async () => (await platform.ended()) >= 300, { what: "the first jobs to end" });

    const scrapedAt = Date.now();
    const last = await doomed.scrape();
    const saidBefore = doomed.said().length;
    await waitUntil(async () => doomed.said().length >= saidBefore + 10, { what: "jobs to end after the last scrape" });
    doomed.process.kill("SIGKILL");
    await doomed.process.exited;
    await platform.allEnded(1_500);
    const records = await recordsOf(platform.queue);
    const expected = expectedCounts(records);
    const shown = new Set(shownEnds(last, doomed.said()));
    const missing = records.filter(({ id, endedBy }) => endedBy === "doomed" && !shown.has(id));
    const allButMissing = (): Promise<number> =>
      survivor
        .scrape()
        .then(
          (page) =>
            sumOf([last, page], "task_success_total") + sumOf([last, page], "task_failure_total") + missing.length,
        );
    await expect.poll(allButMissing).toBe(1_500);

    const pages = [last, await survivor.scrape()];
    for (const [series, value] of Object.entries(countsOf(pages))) {
      expect(value, series).toBeLessThanOrEqual(expected[series] ?? 0);
    }
    const ofTheRest = expectedCounts(records.filter((record) => !missing.includes(record)));
    for (const outcome of ["success", "failure"]) {
      for (const task of ["send", "resize", "train"]) {
        const series = `task_${outcome}_total task=${task}`;
        expect(countsOf(pages)[series], series).toBe(ofTheRest[series]);
      }
    }
    // Each of the missing is one that the killed worker ended after its last scrape.
    const saidAt = new Map(doomed.said().map(({ id, outcome, at }) => [`${id} ${outcome}`, at]));
    expect(missing.length).toBeGreaterThan(0);
    for (const { id, outcome } of missing) {
      expect(saidAt.get(`${id} ${outcome}`) ?? scrapedAt, id).toBeGreaterThanOrEqual(scrapedAt);
    }
    const stalls = records.reduce((sum, record) => sum + record.stalls, 0);
    expect(stalls, "jobs were taken over").toBeGreaterThan(0);
    expect(sumOf(pages, "task_stalled_total")).toBe(stalls);
    expect(pages[1]?.value("task_active", { queue: "work" })).toBe(0);
  });

  it("a rolling restart by SIGTERM loses nothing", async () => {
    const platform = await start();
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.close());
    const startWorker = (name: string): ReturnType<BinderPlatform["startWorker"]> =>
      platform.startWorker(name, {
        OTEL_METRICS_EXPORTER: "prometheus,otlp",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.origin,
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
      });
    const running = [await startWorker("old-1"), await startWorker("old-2")];
    await platform.add(planWork(1_500, { seed: 200 + major, longestMs: 120 }));
    for (const name of ["new-1", "new-2"]) {
      const ended = await platform.ended();
      await waitUntil(async () => (await platform.ended()) >= ended + 200, { what: "jobs to end" });
      const old = running.shift();
      old?.process.kill("SIGTERM");
      expect(await old?.process.exited).toEqual({ code: 0, signal: null });
      running.push(await startWorker(name));
    }
    // On a slow machine the first may all have ended before the last worker was there.
    await platform.add(planWork(500, { seed: 300 + major, longestMs: 120 }));
    await platform.allEnded(2_000);
    for (const worker of running) {
      worker.process.kill("SIGTERM");
      expect(await worker.process.exited).toEqual({ code: 0, signal: null });
    }
    const records = await recordsOf(platform.queue);
    expect(new Set(records.map(({ endedBy }) => endedBy))).toEqual(new Set(["old-1", "old-2", "new-1", "new-2"]));
    expect(records.reduce((sum, { stalls }) => sum + stalls, 0)).toBe(0);
    expect(countsOf(lastPushes(receiver))).toEqual(expectedCounts(records));
  });
});

/** The ids of the jobs that a page shows as ended: a worker says ends in the order in which it counts them. */
function shownEnds(page: MetricsPage, said: readonly SaidEnd[]): string[] {
  return ["success", "failure"].flatMap((outcome) =>
    ["send", "resize", "train"].flatMap((task) =>
      said
        .filter((end) => end.outcome === outcome && end.task === task)
        .slice(0, page.value(`task_${outcome}_total`, { task }) ?? 0)
        .map(({ id }) => id),
    ),
  );
}

/** The last that each process has pushed, in the form of pages. */
function lastPushes({ exports }: OtlpReceiver): { samples: PageSample[] }[] {
  const last = new Map(exports.map((pushed) => [pushed.resource["service.instance.id"], pushed]));
  return [...last.values()].map(({ metrics }) => ({
    samples: metrics.flatMap(({ name, kind, points }) =>
      points.map(({ labels, value, count }) => ({
        name: kind === "histogram" ? `${name}_count` : name,
        labels: labels as Record<string, string>,
        value: (kind === "histogram" ? count : value) ?? 0,
      })),
    ),
  }));
}
