import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { stringify } from "yaml";
import {
  type Captured,
  type PrometheusServer,
  type RedisServer,
  type RunningProcess,
  startProcess,
  startPrometheus,
  startRedis,
  startTcpProxy,
  type TcpProxy,
  tempDirectory,
} from "../services/index.ts";
import { brokerConditions, queueConditions, queuesOfBrokers, type Source } from "./conditions.ts";
import { exporterCommand } from "./exporter-command.ts";
import type { StagedJob, WorkerPlan } from "./staged-job.ts";
import { stagedLimits } from "./staged-limits.ts";

/** A process with a page. */
export interface StagedProcess {
  readonly process: RunningProcess;
  /** The URL of its page. */
  readonly url: string;
}

/** The platform before anything happens to it: its servers, and worker processes that have nothing to do. */
export interface StagedPlatform extends AsyncDisposable {
  readonly redis: Readonly<Record<string, RedisServer>>;
  /** In front of the broker that is to be slow. */
  readonly proxy: TcpProxy;
  readonly prometheus: PrometheusServer;
  readonly api: StagedProcess;
  /** The worker process of all queues, but for those that have one of their own, by the name of that queue. */
  readonly workers: Readonly<Record<"killed" | "frozen" | "others", StagedProcess>>;
  /** A queue of the first broker. */
  queue(name: string): Queue<StagedJob>;
  /** Runs the doctor to its end, with the limits of the staging or with those that it has by default, and returns what it wrote. */
  doctor(source: Source, limits?: "staged" | "default"): Promise<Captured>;
}

/** How long the doctor watches, in seconds. */
const WATCHED_SECONDS = 8;

const plan = (queue: string, concurrency: number): WorkerPlan => ({ queue, concurrency });
const PLANS: Readonly<Record<"killed" | "frozen" | "others", readonly WorkerPlan[]>> = {
  killed: [plan("killed", 2)],
  frozen: [plan("frozen", 2)],
  others: [
    ...[plan("healthy", 4), plan("idle", 1), plan("poisoned", 4), plan("paused", 1), plan("hung", 1)],
    ...[plan("burst", 2), plan("small", 2), plan("late", 1)],
  ],
};

/** Starts it; the packages must have been built. */
export async function startStagedPlatform(): Promise<StagedPlatform> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(stack: AsyncDisposableStack): Promise<StagedPlatform> {
  const directory = stack.adopt(tempDirectory("doctor-staging"), ({ remove }) => remove());
  const servers = await Promise.all(
    Object.keys(brokerConditions).map(async (name) => [name, stack.use(await startRedis())] as const),
  );
  const redis = Object.fromEntries(servers);
  const proxy = stack.use(await startTcpProxy({ target: serverOf(redis, "slow").url }));
  const jobs = serverOf(redis, "jobs");
  const brokers = Object.fromEntries(servers.map(([name, { url }]) => [name, name === "slow" ? proxy.url : url]));
  const layout = "bullmq";
  const queues = [
    ...Object.keys(queueConditions).map((name) => ({ layout, name, broker: "jobs" })),
    ...Object.entries(queuesOfBrokers).map(([name, { broker }]) => ({ layout, name, broker })),
  ];

  const startScript = async (script: URL, env: Readonly<Record<string, string>>): Promise<StagedProcess> => {
    const process_ = await startProcess({
      command: process.execPath,
      args: [fileURLToPath(script)],
      env: { OTEL_EXPORTER_PROMETHEUS_PORT: "0", ...env },
      readyWhen: /Metrics at \S+\n/,
    });
    stack.use(process_);
    return { process: process_, url: /Metrics at (\S+)/.exec(process_.output())?.[1] as string };
  };
  const startWorker = (name: keyof typeof PLANS): Promise<StagedProcess> =>
    startScript(new URL("staging-worker.ts", import.meta.url), {
      REDIS_PORT: String(jobs.port),
      PLANS: JSON.stringify(PLANS[name]),
    });
  const [api, killed, frozen, others] = await Promise.all([
    startScript(new URL("staging-api.ts", import.meta.url), {
      BROKERS: JSON.stringify(brokers),
      QUEUES: JSON.stringify(queues),
    }),
    startWorker("killed"),
    startWorker("frozen"),
    startWorker("others"),
  ]);
  const workers = { killed, frozen, others };

  const file = (name: string, content: object): string => {
    const path = join(directory.path, name);
    writeFileSync(path, stringify(content));
    return path;
  };
  const thresholds = file("thresholds.yml", stagedLimits);
  const config = file("exporter.yml", { brokers, queues });
  const rules = join(directory.path, "rules.yml");
  const written = await exporterCommand("rules", "--thresholds", thresholds, "--output", rules);
  if (written.exitCode !== 0) throw new Error(`The rules could not be written: ${written.stderr}`);
  const target = (job: string, { url }: StagedProcess): Readonly<Record<string, unknown>> => ({
    job_name: job,
    static_configs: [{ targets: [new URL(url).host] }],
  });
  const prometheus = stack.use(
    await startPrometheus({
      ruleFiles: [rules],
      scrapeConfigs: [
        target("api", api),
        ...Object.entries(workers).map(([name, worker]) => target(`worker-${name}`, worker)),
      ],
    }),
  );

  const opened = new Map<string, Queue<StagedJob>>();
  stack.defer(async () => void (await Promise.all([...opened.values()].map((queue) => queue.close()))));
  const queue = (name: string): Queue<StagedJob> => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const fresh = new Queue<StagedJob>(name, { connection: { host: jobs.host, port: jobs.port } });
    opened.set(name, fresh);
    return fresh;
  };
  const asked: Readonly<Record<Source, readonly string[]>> = {
    redis: ["--config", config],
    "redis and metrics": [
      ...["--config", config],
      ...[api, killed, frozen, others].flatMap(({ url }) => ["--metrics", url]),
    ],
    "redis and prometheus": ["--config", config, "--prometheus", prometheus.url],
    prometheus: ["--prometheus", prometheus.url],
  };
  return {
    ...{ redis, proxy, prometheus, api, workers, queue },
    doctor: (source, limits = "staged") =>
      exporterCommand(
        ...["doctor", ...asked[source], "--json", "--watch-for", String(WATCHED_SECONDS)],
        ...(limits === "staged" ? ["--thresholds", thresholds] : []),
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function serverOf(redis: Readonly<Record<string, RedisServer>>, name: string): RedisServer {
  const server = redis[name];
  if (server === undefined) throw new Error(`There is no broker ${name}`);
  return server;
}
