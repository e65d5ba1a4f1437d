import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { startTaskVitals, type TaskVitals } from "taskvitals";
import { seededRandom } from "../../test/shared-totals/seeded-random.ts";
import { serveAnswers } from "./served-answers.ts";
import { costOf } from "./worked-stretch.ts";

/**
 * A worker process. `/tasks` ends so many tasks a second and counts each: in this process alone (`local`), shared with others (`shared`), or by a
 * pair of INCR as the reference platform does (`incr`). `/flush` writes a slot of that many series of which each has changed.
 */
const [url = "", how = "local"] = process.argv.slice(2);
const TICK_MS = 10;
const common = {
  serviceName: "bench",
  redis: url,
  endpoint: false,
  environment: {},
  runtimeMetrics: false,
  hostVitals: false,
} as const;
const vitals = await startTaskVitals({ ...common, sharedTotals: how === "shared" && { page: false } });
const redis = new Redis(url);

function count(): void {
  if (how === "incr") void redis.pipeline().incr("train_success").incr("train_finished").exec();
  else vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success", durationSeconds: 1.5 });
}

async function endTasks(rate: number, seconds: number): Promise<{ tasks: number; cpuMs: number }> {
  const tasks = Math.round(rate * seconds);
  const { cpuMs } = await costOf(async () => {
    const startedAt = performance.now();
    for (let done = 0; done < tasks; ) {
      const due = Math.min(tasks, Math.ceil(((performance.now() - startedAt) / 1000) * rate));
      for (; done < due; done++) count();
      await wait(TICK_MS);
    }
    if (how === "incr") await redis.ping();
    if (how === "shared") await vitals.flush();
  });
  return { tasks, cpuMs };
}

const MAX_SERIES = 20_000;
/** Makes every series of some kind change, not all of them alike: `tasks` are two counters and a histogram each, as the recorder has them. */
const CHANGES: Readonly<Record<string, (vitals: TaskVitals, series: number) => void>> = {
  counters: ({ sharedMeter }, series) => {
    const counter = sharedMeter.createCounter("changed_total");
    for (let index = 0; index < series; index++)
      counter.add(1 + Math.floor(1000 * random()), { label: `value-${index}` });
  },
  histograms: ({ sharedMeter }, series) => {
    const histogram = sharedMeter.createHistogram("changed_seconds", { unit: "s" });
    for (let index = 0; index < series; index++) {
      for (const seconds of durations()) histogram.record(seconds, { label: `value-${index}` });
    }
  },
  tasks: ({ tasks }, series) => {
    for (let index = 0; index < series / 3; index++) {
      for (const durationSeconds of [0.1, ...durations()]) {
        const outcome = durationSeconds === 0.1 ? "failure" : "success";
        tasks.record({ task: `task-${index}`, queue: "gpu", durationSeconds, outcome });
      }
    }
  },
};

const random = seededRandom(1);

/** One to five durations, of all sizes from a millisecond to an hour: what numbers are alike is compressed to nothing. */
function durations(): number[] {
  return Array.from({ length: 1 + Math.floor(5 * random()) }, () => 0.001 * 3_600_000 ** random());
}

async function flush(kind: string, series: number, rounds: number): Promise<object> {
  const change = CHANGES[kind] as (vitals: TaskVitals, series: number) => void;
  const namespace = `flush-${kind}`;
  // Nothing is written but what this process is told to write.
  const sharedTotals = { namespace, page: false, intervalMs: 60_000 };
  await using writer = await startTaskVitals({ ...common, maxSeries: MAX_SERIES, sharedTotals });
  change(writer, series);
  await writer.flush();
  const costs = [];
  for (let round = 0; round < rounds; round++) {
    change(writer, series);
    costs.push(await costOf(() => writer.flush()));
  }
  const keys = await redis.keys(`taskvitals:{${namespace}}:1:slot:*`);
  const sizes = await Promise.all(keys.map((key) => redis.strlen(key)));
  return { costs, bytes: Math.max(...sizes) };
}

serveAnswers({
  work: {
    "/tasks": async (given) => endTasks(Number(given.get("rate")), Number(given.get("seconds"))),
    "/flush": async (given) => flush(given.get("kind") ?? "", Number(given.get("series")), Number(given.get("rounds"))),
  },
  end: async () => {
    redis.disconnect();
    await vitals.shutdown();
  },
});
