import { setTimeout as sleep } from "node:timers/promises";
import type { TaskVitals } from "taskvitals";
import type { ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import type { SeriesForecast } from "./check-report.ts";

/** Time for the page to have everything on it, in milliseconds; a reading serves the pages of one second. */
const PATIENCE_MS = 4000;
const PAUSE_MS = 400;

/** The limits that the SDK has unless told otherwise. */
const MAX_TASKS = 2000;
const MAX_QUEUES = 10_000;

const PROBE = "taskvitals-check";

/**
 * Counts the series of the page, and measures on it what each further task adds: every way in which a task can end is recorded once, of a task that
 * exists nowhere else. Nobody but this function sees that page.
 */
export async function forecastSeries(
  vitals: Pick<TaskVitals, "fetchHandler" | "tasks">,
  { limits, queues, celeryEvents, bullmqEvents }: ExporterConfiguration,
): Promise<SeriesForecast> {
  const lines = await steadyPage(vitals);
  const now = lines.length;
  const task = { task: PROBE, queue: PROBE };
  vitals.tasks.record({ ...task, outcome: "success", durationSeconds: 1, waitSeconds: 1 });
  vitals.tasks.record({ ...task, outcome: "failure", durationSeconds: 1, errorType: PROBE });
  vitals.tasks.record({ ...task, outcome: "retry", durationSeconds: 1 });
  vitals.tasks.start(PROBE, { queue: PROBE }).release();
  const perTask = (await page(vitals)).filter((line) => line.includes(PROBE)).length;
  const seeks = queues.some(({ source }) => source.kind === "discovery");
  const perDiscoveredQueue = seeks ? seriesPerQueue(lines) : 0;
  const { maxSeries: maxTasks = MAX_TASKS, maxQueues = MAX_QUEUES } = limits;
  return {
    now,
    metrics: byMetric(lines),
    perTask,
    maxTasks,
    perDiscoveredQueue,
    most:
      now + (celeryEvents.length + bullmqEvents.length > 0 ? perTask * maxTasks : 0) + perDiscoveredQueue * maxQueues,
  };
}

async function steadyPage(vitals: Pick<TaskVitals, "fetchHandler">): Promise<readonly string[]> {
  const end = performance.now() + PATIENCE_MS;
  let before = -1;
  let same = 0;
  for (;;) {
    const lines = await page(vitals);
    same = lines.length === before ? same + 1 : 0;
    before = lines.length;
    if (same === 4 || performance.now() > end) return lines;
    await sleep(PAUSE_MS);
  }
}

/** The samples of a page. */
async function page({ fetchHandler }: Pick<TaskVitals, "fetchHandler">): Promise<readonly string[]> {
  const response = await fetchHandler(new Request("http://localhost/"));
  return (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

function byMetric(lines: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const sample = /^[\w:]+/.exec(line)?.[0] ?? "";
    // A histogram is one metric, whatever its samples are called.
    const name = sample.replace(/_(bucket|sum|count)$/, "");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Series of the queue that has most of them; at least what a queue of any framework has. */
function seriesPerQueue(lines: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const queue = /[{,]queue="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    if (queue !== undefined && !/[{,]task="/.test(line)) counts.set(queue, (counts.get(queue) ?? 0) + 1);
  }
  return Math.max(LEAST_PER_QUEUE, ...counts.values());
}

/** Length, one state, and the time of the reading. */
const LEAST_PER_QUEUE = 3;
