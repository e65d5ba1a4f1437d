import { fileURLToPath } from "node:url";
import type { Queue } from "bullmq";
import { expect } from "vitest";
import { fetchPage, type MetricsPage } from "../metrics-page.ts";
import { type RedisServer, type RunningProcess, startProcess, startRedis } from "../services/index.ts";
import type { PlannedJob, PlannedWork } from "./binder-plan.ts";

/** The end of an attempt, as the worker has said it. */
export interface SaidEnd {
  readonly id: string;
  readonly task: string;
  readonly outcome: "success" | "failure" | "retry";
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** One worker process. */
export interface BinderWorker extends AsyncDisposable {
  readonly name: string;
  readonly process: RunningProcess;
  scrape(): Promise<MetricsPage>;
  /** What it has said so far, in order. */
  said(): readonly SaidEnd[];
}

/** One queue and its worker processes on a Redis of their own. */
export interface BinderPlatform extends AsyncDisposable {
  readonly queue: Queue<PlannedWork>;
  /** Starts a worker process; resolves when it works and can be scraped. */
  startWorker(name: string, env?: Readonly<Record<string, string>>): Promise<BinderWorker>;
  add(jobs: readonly PlannedJob[]): Promise<void>;
  /** How many jobs have ended for good. */
  ended(): Promise<number>;
  /** Resolves when all of them have. */
  allEnded(count: number): Promise<void>;
}

type Bullmq = typeof import("bullmq");

/** Starts the platform with a version of BullMQ; the packages must have been built. */
export async function startBinderPlatform(major: 5 | 6): Promise<BinderPlatform> {
  const stack = new AsyncDisposableStack();
  const redis: RedisServer = stack.use(await startRedis());
  const { Queue } = major === 5 ? ((await import("bullmq-5")) as unknown as Bullmq) : await import("bullmq");
  const queue = new Queue<PlannedWork>("work", { connection: { host: redis.host, port: redis.port } });
  stack.defer(() => queue.close());
  const ended = async (): Promise<number> => {
    const { completed = 0, failed = 0 } = await queue.getJobCounts("completed", "failed");
    return completed + failed;
  };
  return {
    queue,
    ended,
    startWorker: async (name, env = {}) => {
      const worker = await startWorker(name, { REDIS_PORT: String(redis.port), MAJOR: String(major), ...env });
      stack.use(worker);
      return worker;
    },
    add: async (jobs) => {
      await queue.addBulk(jobs.map(({ name, data, opts }) => ({ name, data, opts })));
    },
    allEnded: async (count) => {
      await expect.poll(ended, { timeout: 90_000, interval: 50 }).toBe(count);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startWorker(name: string, env: Readonly<Record<string, string>>): Promise<BinderWorker> {
  const process_ = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("binder-worker.ts", import.meta.url))],
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: "0", QUEUE: "work", WORKER_NAME: name, ...env },
    readyWhen: /Metrics at /,
  });
  const url = /Metrics at (\S+)/.exec(process_.output())?.[1] as string;
  return {
    name,
    process: process_,
    scrape: () => fetchPage(url),
    said: () =>
      process_
        .output()
        .split("\n")
        .filter((line) => line.startsWith('{"id"') && line.endsWith("}"))
        .map((line) => JSON.parse(line) as SaidEnd),
    [Symbol.asyncDispose]: async () => {
      await process_.stop();
    },
  };
}
