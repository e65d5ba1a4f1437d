import { Queue } from "bullmq";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  freePort,
  type RedisServer,
  type RunningProcess,
  startRedis,
  waitUntil,
} from "../../../test/services/index.ts";
import { type ChildOptions, linesOf, startChild } from "./child/start-child.ts";
import { ask } from "./endpoint/http-client.ts";
import { type MetricsPage, parsePage } from "./metrics-page.ts";

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

/** A worker that knows nothing of taskvitals, and its queue. */
interface UnawareWorker {
  readonly child: RunningProcess;
  readonly queue: Queue;
  /** Jobs of known ends, all of which have ended. */
  work(): Promise<void>;
  scrape(): Promise<MetricsPage>;
}

async function unawareWorker(script: string, name: string, env: ChildOptions["env"] = {}): Promise<UnawareWorker> {
  const queue = new Queue(name, { connection: { host: redis.host, port: redis.port } });
  onTestFinished(() => queue.close());
  const port = await freePort();
  const child = await startChild(script, {
    register: script !== "bullmq-importer.ts",
    readyWhen: /working\n/,
    env: {
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      TEST_QUEUE: name,
      TEST_REDIS_PORT: String(redis.port),
      ...env,
    },
  });
  const work = async (): Promise<void> => {
    const ends = ["succeed", "succeed", "succeed", "succeed", "succeed", "fail", "fail", "fail", "recover", "recover"];
    await queue.addBulk(
      ends.map((end) => ({ name: "train", data: { end }, opts: { attempts: end === "recover" ? 2 : 1 } })),
    );
    const ended = async (): Promise<boolean> => {
      const { completed = 0, failed = 0 } = await queue.getJobCounts("completed", "failed");
      return completed + failed === ends.length;
    };
    await waitUntil(ended, { what: "the end of all jobs", timeoutMs: 40_000 });
  };
  const scrape = async (): Promise<MetricsPage> => {
    // The endpoint comes up beside the application, which may have worked before it is there.
    const page = (): Promise<string | false> =>
      ask(`http://127.0.0.1:${port}/metrics`).then(
        ({ text }) => text,
        () => false,
      );
    return parsePage(await waitUntil(page, { what: "the endpoint to listen", timeoutMs: 20_000 }));
  };
  return { child, queue, work, scrape };
}

/** What the metrics say of the jobs of {@link UnawareWorker.work}. */
function vitalsOf(page: MetricsPage, queue: string): Record<string, number | undefined> {
  const labels = { task: "train", queue };
  return {
    success: page.value("task_success_total", labels),
    failure: page.value("task_failure_total", labels),
    retry: page.value("task_retry_total", labels),
    trainingErrors: page.value("task_error_total", { ...labels, error_type: "TrainingError" }),
    durations: page.value("task_duration_seconds_count", labels),
    waits: page.value("task_wait_seconds_count", labels),
    active: page.value("task_active", { queue }),
    slots: page.value("task_concurrency", { queue }),
  };
}

const ALL = { success: 7, failure: 3, retry: 2, trainingErrors: 3, durations: 10, waits: 10, active: 0, slots: 3 };

test.each([
  ["an ES module", "bullmq-worker.ts", "plain"],
  ["CommonJS", "bullmq-worker.cjs", "plain"],
  ["an ES module that imports it first, without --import", "bullmq-importer.ts", "imported"],
  ["a class derived from it", "bullmq-worker.ts", "derived"],
  ["a worker that is created later", "bullmq-worker.ts", "late"],
  ["a sandboxed processor in a child process", "bullmq-worker.ts", "sandboxed"],
  ["a sandboxed processor in a thread", "bullmq-worker.ts", "threads"],
])("the jobs of a worker are counted without a line of code: %s", async (_what, script, form) => {
  const queue = `counted-${form}-${script.at(-2)}`;
  const { child, work, scrape } = await unawareWorker(script, queue, { TEST_FORM: form });
  await work();
  await expect.poll(async () => vitalsOf(await scrape(), queue)).toEqual(ALL);
  child.kill("SIGTERM");
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child)).toEqual({ said: ["working"], warned: [] });
});

test.each([
  ["OTEL_NODE_DISABLED_INSTRUMENTATIONS", "http, bullmq"],
  ["OTEL_SDK_DISABLED", "true"],
])("%s=%s leaves workers alone", async (variable, value) => {
  const { child, work, scrape } = await unawareWorker("bullmq-worker.ts", `off-${value}`, { [variable]: value });
  await work();
  if (variable !== "OTEL_SDK_DISABLED") {
    const page = await scrape();
    expect(page.series("task_success_total")).toEqual([]);
    expect(page.series("system_memory_usage_gigabytes")).toHaveLength(1);
  }
  child.kill("SIGTERM");
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child).warned).toEqual([]);
});

test("nobody can tell the class from BullMQ's own", async () => {
  const answers = async (register: boolean): Promise<unknown> => {
    const child = await startChild("bullmq-identity.ts", { register, env: { TEST_REDIS_PORT: String(redis.port) } });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    return JSON.parse(linesOf(child).said.join("\n"));
  };
  const without = await answers(false);
  expect(without).toMatchObject({ name: "Worker", sameClass: [true, true, true], newTarget: [true] });
  expect(await answers(true)).toEqual(without);
});

test("a worker that the application observes as well is counted once, and none is observed after the shutdown", async () => {
  const env = { TEST_QUEUE: "handled", TEST_REDIS_PORT: String(redis.port) };
  const child = await startChild("bullmq-handle.ts", { register: true, env });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const { page, traces } = JSON.parse(linesOf(child).said.join("\n")) as { page: string; traces: unknown };
  expect(parsePage(page).series("task_success_total")).toEqual([{ queue: "own", task: "train" }]);
  expect(parsePage(page).value("task_success_total", { queue: "own", task: "train" })).toBe(3);
  expect(traces).toEqual({ before: true, after: false, later: false });
});
