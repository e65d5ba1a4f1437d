import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FinishedJob, jobEnded, type PlannedJob, postJob } from "./finetune-jobs.ts";
import { fetchPage, type MetricsPage } from "./metrics-page.ts";
import { freePort, type RunningProcess, startProcess, startRedis, tempDirectory } from "./services/index.ts";

/** A job that has ended, and the page of its run where there is one. */
export interface LinkedJob extends FinishedJob {
  readonly runUrl?: string;
}

/** One worker of the finetune platform that logs to MLflow. */
export interface LoggingWorker {
  readonly process: RunningProcess;
  page(): Promise<MetricsPage>;
  /** Runs that were logged, and that were lost, by its own page. */
  runs(): Promise<{ readonly logged: number | undefined; readonly lost: number | undefined }>;
}

/** The finetune platform without a worker. */
export interface MlflowPlatform extends AsyncDisposable {
  /** The base model that its workers start from. */
  readonly checkpointFile: string;
  /** Starts a worker with variables of its own. */
  startWorker(env: Readonly<Record<string, string>>): Promise<LoggingWorker>;
  /** Posts jobs and waits for their ends, in the order they were given. */
  run(...bodies: readonly PlannedJob["body"][]): Promise<LinkedJob[]>;
  /** What the API says of a job now. */
  job(id: string): Promise<LinkedJob>;
}

const folder = fileURLToPath(new URL("../examples/finetune-platform/", import.meta.url));

/** Starts a real Redis and the API. */
export async function startMlflowPlatform(): Promise<MlflowPlatform> {
  await using starting = new AsyncDisposableStack();
  const directory = tempDirectory("mlflow-platform");
  starting.defer(directory.remove);
  const redis = starting.use(await startRedis());
  const checkpointFile = join(directory.path, "spam.checkpoint");
  const shared = { REDIS_URL: redis.url, CHECKPOINT_FILE: checkpointFile };
  const startNode = (script: string, env: Record<string, string>, readyWhen: RegExp): Promise<RunningProcess> =>
    startProcess({ command: process.execPath, args: [script], cwd: folder, env: { ...shared, ...env }, readyWhen });

  const apiPort = String(await freePort());
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  starting.use(await startNode("api.ts", { PORT: apiPort }, /API ready/));
  const stack = starting.move();
  return {
    checkpointFile,
    async startWorker(env) {
      const port = String(await freePort());
      const worker = await startNode("worker.ts", { ...env, OTEL_EXPORTER_PROMETHEUS_PORT: port }, /Worker ready/);
      stack.use(worker);
      const page = (): Promise<MetricsPage> => fetchPage(`http://127.0.0.1:${port}/metrics`);
      return {
        process: worker,
        page,
        async runs() {
          const { value } = await page();
          const of = (outcome: string): number | undefined => value("finetune_mlflow_runs_total", { outcome });
          return { logged: of("logged"), lost: of("lost") };
        },
      };
    },
    async run(...bodies) {
      const ids: string[] = [];
      for (const body of bodies) ids.push(await postJob(apiUrl, body));
      const jobs: LinkedJob[] = [];
      for (const id of ids) jobs.push(await jobEnded(apiUrl, id));
      return jobs;
    },
    job: async (id) => (await (await fetch(`${apiUrl}/tasks/${id}`)).json()) as LinkedJob,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
