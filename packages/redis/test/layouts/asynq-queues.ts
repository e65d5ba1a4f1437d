import { type Driver, startDriver } from "../../../../test/frameworks/driver.ts";
import { asynqProgram } from "../../../../test/frameworks/programs.ts";
import { type RedisServer, waitUntil } from "../../../../test/services/index.ts";
import type { FrameworkQueues } from "../exercise-queue-reader.ts";

/** What Asynq's inspector says of a queue, as far as it is looked at. */
export interface AsynqInfo {
  readonly Pending: number;
  readonly Active: number;
  readonly Scheduled: number;
  readonly Retry: number;
  readonly Archived: number;
  readonly Aggregating: number;
  readonly Groups: number;
  readonly Paused: boolean;
  /** Nanoseconds. */
  readonly Latency: number;
}

/** How tasks are enqueued. */
export interface AsynqTasks {
  /** `hold` is taken and never finished, `fail` fails at every attempt. Default `hold`. */
  readonly task?: "hold" | "fail";
  readonly inSeconds?: number;
  readonly maxRetry?: number;
  readonly group?: string;
}

/** Asynq as its users run it: clients, servers that hold what they take, and the inspector. */
export class AsynqQueues implements FrameworkQueues {
  readonly driver: Driver;
  #workers = 0;

  private constructor(driver: Driver) {
    this.driver = driver;
  }

  /** Starts a program with Asynq in it. */
  static async start({ url }: RedisServer): Promise<AsynqQueues> {
    const driver = await startDriver(asynqProgram());
    await driver.call("connect", { url });
    return new AsynqQueues(driver);
  }

  async add(queue: string, count: number, tasks: AsynqTasks = {}): Promise<void> {
    await this.driver.call("add", { queue, count, task: "hold", ...tasks });
  }

  /** Starts a server for the queue; answers a name to stop it by. */
  async work(queue: string, concurrency: number, retrySeconds = 3600): Promise<string> {
    const worker = `worker ${++this.#workers}`;
    await this.driver.call("start", { worker, queue, concurrency, retrySeconds });
    return worker;
  }

  /** Ends a server as SIGTERM does. */
  async stop(worker: string): Promise<void> {
    await this.driver.call("stop", { worker });
  }

  async take(queue: string, count: number): Promise<void> {
    const { Active = 0 } = (await this.info(queue)) ?? {};
    await this.work(queue, count);
    await this.until(queue, (info) => info.Active === Active + count);
  }

  delay(queue: string, count: number, inSeconds: number): Promise<void> {
    return this.add(queue, count, { inSeconds });
  }

  async fail(queue: string, count: number): Promise<void> {
    await this.add(queue, count, { task: "fail" });
    const worker = await this.work(queue, 1);
    await this.until(queue, (info) => info.Archived === count);
    await this.stop(worker);
  }

  async pause(queue: string): Promise<void> {
    await this.driver.call("pause", { queue });
  }

  async resume(queue: string): Promise<void> {
    await this.driver.call("resume", { queue });
  }

  async ready(queue: string): Promise<number> {
    return (await this.info(queue))?.Pending ?? 0;
  }

  async states(
    queue: string,
  ): Promise<Record<"ready" | "active" | "delayed" | "retrying" | "failed" | "blocked", number>> {
    const info = await this.info(queue);
    if (info === undefined) throw new Error(`Asynq knows no queue ${queue}`);
    const { Pending: ready, Active: active, Scheduled: delayed, Retry: retrying, Archived: failed } = info;
    return { ready, active, delayed, retrying, failed, blocked: info.Aggregating };
  }

  /** What Asynq says of the queue; nothing of one that was never enqueued to. */
  async info(queue: string): Promise<AsynqInfo | undefined> {
    return ((await this.driver.call("info", { queue })) as AsynqInfo | null) ?? undefined;
  }

  /** Waits until what Asynq says of the queue is so. */
  async until(queue: string, so: (info: AsynqInfo) => boolean): Promise<void> {
    await waitUntil(
      async () => {
        const info = await this.info(queue);
        return info !== undefined && so(info);
      },
      { what: `Asynq's queue ${queue}`, timeoutMs: 20_000 },
    );
  }

  /** The queues of each server that Asynq takes for alive. */
  servers(): Promise<unknown> {
    return this.driver.call("servers");
  }

  /** Ends the program as SIGKILL does. */
  async crash(): Promise<void> {
    await this.driver.call("crash").catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.stop();
  }
}
