import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { jobEnded, planJobs, postJob } from "./finetune-jobs.ts";
import { parseMetricsPage } from "./metrics-page.ts";
import { freePort, type RunningProcess, startProcess, startRedis, tempDirectory } from "./services/index.ts";

const PLATFORM = fileURLToPath(new URL("../examples/finetune-platform/", import.meta.url));
const TASK = { task: "finetune_spam_filter", queue: "train" };
const JOBS = 20;

it("the finetune platform shares exact totals with one line, and a worker that ended stays in them", async () => {
  const directory = tempDirectory("finetune-shared");
  onTestFinished(directory.remove);
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const env = {
    REDIS_URL: redis.url,
    CHECKPOINT_FILE: join(directory.path, "spam.checkpoint"),
    PORT: String(await freePort()),
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    TASKVITALS_SHARED_TOTALS: "true",
  };
  const start = async (script: string, readyWhen: RegExp): Promise<RunningProcess> => {
    const started = await startProcess({ command: process.execPath, args: [script], cwd: PLATFORM, env, readyWhen });
    onTestFinished(async () => void (await started.stop()));
    return started;
  };
  const api = `http://127.0.0.1:${env.PORT}`;
  await start("api.ts", /API ready/);
  // One after the other: the first trains the base model.
  const workers = [await start("worker.ts", /Worker ready/), await start("worker.ts", /Worker ready/)];

  const plan = planJobs(JOBS);
  const ids: string[] = [];
  for (const { body } of plan) ids.push(await postJob(api, body));
  for (const id of ids) await jobEnded(api, id);
  const success = plan.filter(({ outcome }) => outcome === "success").length;

  const totals = async (worker: RunningProcess): Promise<unknown> => {
    const url = /metrics at (http:\S+)/.exec(worker.output())?.[1];
    const response = await fetch(`${url}/shared`);
    const page = response.status === 200 ? parseMetricsPage(await response.text()) : undefined;
    const value = (name: string): number | undefined => page?.value(name, TASK);
    return [value("task_success_total"), value("task_failure_total"), value("task_duration_seconds_count")];
  };
  const truth = [success, JOBS - success, JOBS];
  const poll = { timeout: 60_000, interval: 200 };
  for (const worker of workers) await expect.poll(() => totals(worker), poll).toEqual(truth);
  expect(await workers[0]?.stop()).toEqual({ code: 0, signal: null });
  await expect.poll(() => totals(workers[1] as RunningProcess), poll).toEqual(truth);
});
