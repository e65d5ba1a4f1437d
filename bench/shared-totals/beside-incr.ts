import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "../../test/services/index.ts";
import type { BenchmarkContext, BenchmarkFigures } from "../benchmark.ts";
import { serverCpuMs } from "../queues/server-cpu.ts";
import { createScraper } from "../scrape/timed-scrape.ts";
import { type AskedProcess, startAsked } from "./asked-process.ts";
import { commandCounts, forgetCounts } from "./command-counts.ts";

/** How long tasks are ended, and how fast. */
export interface TaskSize {
  /** Tasks per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** What one finished task costs. */
export interface TaskCost extends BenchmarkFigures {
  readonly commands_sent: number;
  readonly commands_executed: number;
  /** What its commands took the server, without reading them from the wire. */
  readonly server_command_us: number;
  /** All that the server used, what it uses at rest among it. */
  readonly server_cpu_us: number;
  readonly worker_cpu_us: number;
}

/** Costs of a finished task, of each way to count it. */
export interface TaskCosts {
  /** One worker, nobody who looks. */
  readonly oneWorker: TaskCost;
  /** Four workers that share the tasks, and an API that is scraped every 15 s. */
  readonly platform: TaskCost;
  /** Counted in the process alone: what ending tasks itself costs. */
  readonly local: TaskCost;
  /** A pair of INCR per task. */
  readonly incr: TaskCost;
}

const SCRAPE_MS = 15_000;

/** Ends tasks in each way, one after the other, each on a Redis of its own. */
export async function costOfTasks(size: TaskSize, progress: BenchmarkContext["progress"]): Promise<TaskCosts> {
  const measure = async (how: string, workers: number, isScraped: boolean): Promise<TaskCost> => {
    progress(`${size.rate} tasks per second by ${workers} workers, ${how}`);
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const started = await Promise.all(
      Array.from({ length: workers }, () => startAsked("counting-server.ts", redis.url, how)),
    );
    for (const one of started) stack.use(one);
    const scraped = isScraped
      ? stack.use(await startAsked("showing-server.ts", redis.url, "default", "5000"))
      : undefined;
    return await end(redis, started, size, scraped);
  };
  return {
    oneWorker: await measure("shared", 1, false),
    platform: await measure("shared", 4, true),
    local: await measure("local", 1, false),
    incr: await measure("incr", 1, false),
  };
}

async function end(
  redis: RedisServer,
  workers: readonly AskedProcess[],
  { rate, seconds }: TaskSize,
  scraped: AskedProcess | undefined,
): Promise<TaskCost> {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  const parameters = { rate: rate / workers.length, seconds };
  // What is compiled on the way is compiled now.
  await Promise.all(workers.map((one) => one.ask("/tasks", { ...parameters, seconds: seconds / 10 })));
  await forgetCounts(server);
  const cpuBefore = await serverCpuMs(server);
  let isDone = false;
  const scraping = scraped && scrapeUntil(`${scraped.url}/metrics/shared`, () => isDone);
  const ended = await Promise.all(
    workers.map((one) => one.ask<{ tasks: number; cpuMs: number }>("/tasks", parameters)),
  );
  isDone = true;
  await scraping;
  const cpuMs = (await serverCpuMs(server)) - cpuBefore;
  const counts = await commandCounts(server);
  const tasks = ended.reduce((sum, one) => sum + one.tasks, 0);
  const workerMs = ended.reduce((sum, one) => sum + one.cpuMs, 0);
  return {
    commands_sent: counts.sent / tasks,
    commands_executed: counts.executed / tasks,
    server_command_us: counts.microseconds / tasks,
    server_cpu_us: (1000 * cpuMs) / tasks,
    worker_cpu_us: (1000 * workerMs) / tasks,
  };
}

async function scrapeUntil(url: string, isDone: () => boolean): Promise<void> {
  using scraper = createScraper();
  for (let dueAt = performance.now(); !isDone(); ) {
    if (performance.now() >= dueAt) {
      await scraper.scrape(url).catch(() => {});
      dueAt += SCRAPE_MS;
    }
    await wait(100);
  }
}
