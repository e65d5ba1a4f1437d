import { fileURLToPath } from "node:url";
import { startFlower } from "../../test/frameworks/flower/flower-server.ts";
import { fetchPage } from "../../test/metrics-page.ts";
import { startProcess, startRedis, waitUntil } from "../../test/services/index.ts";
import type { BenchmarkContext, BenchmarkFigures } from "../benchmark.ts";
import { processUsage } from "./process-usage.ts";
import { startPublishing } from "./processes.ts";

/** How much work the comparison is. */
export interface FlowerSize {
  /** Events per second, each published for so many seconds. */
  readonly rates: readonly number[];
  readonly seconds: number;
}

/** One process under comparison. */
interface Contender {
  readonly pid: number;
  /** Successes on its page. */
  successes(): Promise<number>;
}

const EVENTS_PER_TASK = 4;
/** For how long what is left may be read after the last event was published. */
const DRAIN_MS = 60_000;

/** The exporter and Flower, both as their users start them, on the same events at the same time: processor time and memory of both. */
export async function besideFlower(
  { rates, seconds }: FlowerSize,
  progress: BenchmarkContext["progress"],
): Promise<BenchmarkFigures> {
  const figures: Record<string, BenchmarkFigures> = {};
  for (const rate of rates) {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const exporter = stack.use(
      await startProcess({
        command: process.execPath,
        args: [
          fileURLToPath(new URL("../../packages/exporter/dist/main.js", import.meta.url)),
          ...["--redis", redis.url, "--celery-events", "--web.listen-address", "127.0.0.1:0"],
        ],
        readyWhen: /msg"?[=:]"?serving/,
      }),
    );
    const url = /url"?[=:]"?(http:[^\s"]+)/.exec(exporter.output())?.[1] ?? "";
    const flower = stack.use(await startFlower(redis.url));
    const publisher = stack.use(await startPublishing(redis.url));
    const contenders: Readonly<Record<"ours" | "flower", Contender>> = {
      ours: { pid: exporter.pid, successes: () => successes(url, "task_success_total", {}) },
      flower: {
        pid: flower.process.pid,
        successes: () => successes(flower.metricsUrl, "flower_events_total", { type: "task-succeeded" }),
      },
    };
    progress(`beside Flower: ${rate} events per second`);
    // Both must listen before what is counted begins.
    const hasWarm = async ({ successes }: Contender): Promise<boolean> => (await successes()) > 0;
    await waitUntil(
      async () => {
        await publisher.publish(EVENTS_PER_TASK * 10, 0.1);
        return (await Promise.all(Object.values(contenders).map(hasWarm))).every(Boolean);
      },
      { what: "both to listen", timeoutMs: 30_000, intervalMs: 500 },
    );
    const before = await readBoth(contenders);
    const { tasks, seconds: took } = await publisher.publish(rate, seconds);
    const isRead = async (): Promise<boolean> =>
      (await contenders.ours.successes()) - before.ours.successes >= tasks &&
      (await contenders.flower.successes()) - before.flower.successes >= tasks;
    await waitUntil(isRead, { what: "both to read all", timeoutMs: DRAIN_MS, intervalMs: 1000 }).catch(() => {});
    const after = await readBoth(contenders);
    const events = tasks * EVENTS_PER_TASK;
    const of = (name: "ours" | "flower"): BenchmarkFigures => {
      const cpuMs = after[name].cpuMs - before[name].cpuMs;
      return {
        cpu_seconds: cpuMs / 1000,
        cpu_ms_per_1000_events: (1000 * cpuMs) / events,
        rss_mb: after[name].rssBytes / 1e6,
        read_ratio: (after[name].successes - before[name].successes) / tasks,
      };
    };
    figures[`rate_${rate}`] = {
      events_per_second: events / took,
      ours: of("ours"),
      flower: of("flower"),
      cpu_ratio: (after.ours.cpuMs - before.ours.cpuMs) / Math.max(1, after.flower.cpuMs - before.flower.cpuMs),
    };
  }
  return figures;
}

type Reading = ReturnType<typeof processUsage> & { readonly successes: number };

async function readBoth(
  contenders: Readonly<Record<"ours" | "flower", Contender>>,
): Promise<Record<"ours" | "flower", Reading>> {
  const read = async ({ pid, successes }: Contender): Promise<Reading> => ({
    successes: await successes(),
    ...processUsage(pid),
  });
  return { ours: await read(contenders.ours), flower: await read(contenders.flower) };
}

async function successes(url: string, name: string, where: Readonly<Record<string, string>>): Promise<number> {
  const { samples } = await fetchPage(url);
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(where).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((total, { value }) => total + value, 0);
}
