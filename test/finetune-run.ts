import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FinishedJob, jobEnded, type PlannedJob, planJobs, postJob } from "./finetune-jobs.ts";
import {
  freePort,
  type PrometheusServer,
  type RedisServer,
  type RunningProcess,
  startProcess,
  startPrometheus,
  startRedis,
  tempDirectory,
  waitUntil,
} from "./services/index.ts";

/** What a run of the finetune platform is made of. */
export interface FinetuneRunOptions {
  /** Jobs that are posted and waited for. Default 40. */
  readonly tasks?: number;
  /** Worker processes. Default 2. */
  readonly workers?: number;
  /** Prometheus' scrape interval. Default "1s". */
  readonly scrapeInterval?: string;
  /** Rule files for Prometheus, absolute paths. Default none. */
  readonly ruleFiles?: readonly string[];
}

/** A job as the worker that ran it logged it. */
export interface LoggedJob {
  readonly job: string;
  readonly outcome: "success" | "failure";
  /** Run time by the worker's own clock. */
  readonly seconds: number;
}

/** What really happened, from what the workers said and never from a metric. */
export interface FinetuneTruth {
  readonly tasks: number;
  readonly success: number;
  readonly failure: number;
  /** Share of the tasks that succeeded, 0 to 1. */
  readonly successRatio: number;
  /** Sum of the run times, in seconds. */
  readonly durationSeconds: number;
  /** Failures by the name of their error. */
  readonly errors: Readonly<Record<string, number>>;
  /** The `task` label of all of them. */
  readonly task: string;
  /** The `queue` label of all of them. */
  readonly queue: string;
}

/** One worker process, which Prometheus knows as `job="worker"`. */
export interface FinetuneWorker {
  readonly process: RunningProcess;
  /** Its `instance` label: host and port of its endpoint. */
  readonly instance: string;
  /** The jobs it ran so far. */
  jobs(): readonly LoggedJob[];
}

/** The running platform, after its first jobs. */
export interface FinetuneRun extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly prometheus: PrometheusServer;
  readonly api: RunningProcess;
  readonly apiUrl: string;
  /** The `instance` label of the API, which Prometheus knows as `job="api"`. */
  readonly apiInstance: string;
  readonly workers: readonly FinetuneWorker[];
  /** What the jobs of the start came to; those posted later are not in it. */
  readonly truth: FinetuneTruth;
  /** Starts one more worker; Prometheus finds it within a second. */
  addWorker(): Promise<FinetuneWorker>;
  /** Posts a job and returns its id. */
  post(body: PlannedJob["body"]): Promise<string>;
  /** Resolves when the job has ended. */
  ended(id: string): Promise<FinishedJob>;
}

/**
 * Starts the finetune platform on a real Redis beside a real Prometheus, posts the planned jobs through its API, and resolves
 * when all have ended and Prometheus has counted each. The packages must have been built.
 */
export async function startFinetuneRun(options: FinetuneRunOptions = {}): Promise<FinetuneRun> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

const TASK = "finetune_spam_filter";
const QUEUE = "train";
const platform = fileURLToPath(new URL("../examples/finetune-platform/", import.meta.url));

async function start(options: FinetuneRunOptions, stack: AsyncDisposableStack): Promise<FinetuneRun> {
  const { tasks = 40, workers: workerCount = 2, scrapeInterval = "1s", ruleFiles = [] } = options;
  const directory = tempDirectory("finetune");
  stack.defer(directory.remove);
  const redis = stack.use(await startRedis());
  const env = { REDIS_URL: redis.url, CHECKPOINT_FILE: join(directory.path, "spam.checkpoint") };

  const apiInstance = `127.0.0.1:${await freePort()}`;
  const apiUrl = `http://${apiInstance}`;
  const api = stack.use(await startNode("api.ts", { ...env, PORT: new URL(apiUrl).port }, /API ready/));

  const workers: FinetuneWorker[] = [];
  const targetFile = join(directory.path, "workers.json");
  const addWorker = async (): Promise<FinetuneWorker> => {
    const worker = await startWorker(env);
    stack.use(worker.process);
    workers.push(worker);
    // Renamed into place: Prometheus must never read half a file.
    writeFileSync(`${targetFile}.new`, JSON.stringify([{ targets: workers.map(({ instance }) => instance) }]));
    renameSync(`${targetFile}.new`, targetFile);
    return worker;
  };
  while (workers.length < workerCount) await addWorker();

  const prometheus = stack.use(
    await startPrometheus({
      scrapeInterval,
      ruleFiles,
      scrapeConfigs: [
        { job_name: "api", static_configs: [{ targets: [apiInstance] }] },
        { job_name: "worker", file_sd_configs: [{ files: [targetFile], refresh_interval: "1s" }] },
      ],
    }),
  );
  // What is counted before the first scrape is seen by no rate() and no increase().
  await prometheus.waitFor("task_success_total", (samples) => samples.length === workerCount);
  await prometheus.waitFor("task_queue_length", ([length]) => length?.value === 0);

  const post = (body: PlannedJob["body"]): Promise<string> => postJob(apiUrl, body);
  const ended = (id: string): Promise<FinishedJob> => jobEnded(apiUrl, id);
  const plan = planJobs(tasks);
  const ids: string[] = [];
  for (const { body } of plan) ids.push(await post(body));
  for (const id of ids) await ended(id);

  // What a worker wrote may still be in the pipe when the API knows of it already.
  await waitUntil(() => workers.flatMap(({ jobs }) => jobs()).length >= tasks, {
    what: "the workers' log of all jobs",
  });
  const truth = truthOf(plan, ids, workers);
  await prometheus.waitFor("sum(task_success_total + task_failure_total)", ([sum]) => sum?.value === tasks);
  return {
    redis,
    prometheus,
    api,
    apiUrl,
    apiInstance,
    workers,
    truth,
    addWorker,
    post,
    ended,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startWorker(env: Readonly<Record<string, string>>): Promise<FinetuneWorker> {
  const instance = `127.0.0.1:${await freePort()}`;
  const [host, port] = instance.split(":");
  const process = await startNode(
    "worker.ts",
    { ...env, OTEL_EXPORTER_PROMETHEUS_HOST: host, OTEL_EXPORTER_PROMETHEUS_PORT: port },
    /Worker ready/,
  );
  const jobs = (): LoggedJob[] =>
    process
      .output()
      .split("\n")
      .filter((line) => line.startsWith('{"job"') && line.endsWith("}"))
      .map((line) => JSON.parse(line) as LoggedJob);
  return { process, instance, jobs };
}

function startNode(
  script: string,
  env: Readonly<Record<string, string | undefined>>,
  readyWhen: RegExp,
): Promise<RunningProcess> {
  return startProcess({ command: process.execPath, args: [script], cwd: platform, env, readyWhen });
}

/** @throws Error when a job did not end as planned: then there is no truth to compare metrics with. */
function truthOf(
  plan: readonly PlannedJob[],
  ids: readonly string[],
  workers: readonly FinetuneWorker[],
): FinetuneTruth {
  const logged = new Map(workers.flatMap(({ jobs }) => jobs()).map((entry) => [entry.job, entry]));
  const errors: Record<string, number> = {};
  let success = 0;
  let durationSeconds = 0;
  for (const [index, { outcome, errorType, body }] of plan.entries()) {
    const entry = logged.get(ids[index] as string);
    if (entry?.outcome !== outcome) {
      throw new Error(`Job ${ids[index]} ${JSON.stringify(body)}: planned ${outcome}, logged ${JSON.stringify(entry)}`);
    }
    durationSeconds += entry.seconds;
    if (outcome === "success") success += 1;
    if (errorType !== undefined) errors[errorType] = (errors[errorType] ?? 0) + 1;
  }
  const tasks = plan.length;
  const counts = { tasks, success, failure: tasks - success, successRatio: success / tasks };
  return { ...counts, durationSeconds, errors, task: TASK, queue: QUEUE };
}
