import { fileURLToPath } from "node:url";
import { type Driver, startDriver } from "../../../../test/frameworks/driver.ts";
import { rubyProgram } from "../../../../test/frameworks/programs.ts";
import { type RedisServer, type RunningProcess, startProcess, waitUntil } from "../../../../test/services/index.ts";
import type { FrameworkQueues } from "../exercise-queue-reader.ts";

/** How jobs are enqueued. */
export interface SidekiqJobs {
  /** `Hold` is taken and never finished, `Fail` fails at every attempt. Default `Hold`. */
  readonly job?: "Hold" | "Fail";
  /** Argument of the job. */
  readonly text?: string;
  readonly in_seconds?: number;
  readonly retries?: number;
}

const jobs = fileURLToPath(new URL("../../../../test/frameworks/sidekiq/jobs.rb", import.meta.url));

/** Sidekiq as its users run it: clients, worker processes that hold what they take, and its API. */
export class SidekiqQueues implements FrameworkQueues {
  readonly driver: Driver;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #workers: RunningProcess[] = [];

  private constructor(driver: Driver, environment: Readonly<Record<string, string>>) {
    this.driver = driver;
    this.#environment = environment;
  }

  /** Starts a program with Sidekiq in it. */
  static async start({ url }: RedisServer, namespace?: string): Promise<SidekiqQueues> {
    const driver = await startDriver(rubyProgram("sidekiq/driver.rb"));
    const environment = { REDIS_URL: url, ...(namespace === undefined ? {} : { REDIS_NAMESPACE: namespace }) };
    await driver.call("connect", { url, ...(namespace === undefined ? {} : { namespace }) });
    return new SidekiqQueues(driver, environment);
  }

  async add(queue: string, count: number, options: SidekiqJobs = {}): Promise<void> {
    await this.driver.call("add", { queue, count, ...options });
  }

  /** Starts a worker process with so many threads. */
  async work(queues: readonly string[], threads: number): Promise<RunningProcess> {
    const worker = await startProcess({
      command: "sidekiq",
      args: ["-r", jobs, "-c", String(threads), "-t", "1", ...queues.flatMap((queue) => ["-q", queue])],
      env: this.#environment,
      readyWhen: /Running in ruby/,
    });
    this.#workers.push(worker);
    return worker;
  }

  async take(queue: string, count: number): Promise<void> {
    const before = await this.ready(queue);
    await this.work([queue], count);
    await waitUntil(async () => (await this.ready(queue)) === before - count, { what: `a worker to take ${count}` });
  }

  delay(queue: string, count: number, in_seconds: number): Promise<void> {
    return this.add(queue, count, { in_seconds });
  }

  async ready(queue: string): Promise<number> {
    return (await this.driver.call("size", { queue })) as number;
  }

  /** Age of the next job, in seconds, as Sidekiq has it. */
  async latency(queue: string): Promise<number> {
    return (await this.driver.call("latency", { queue })) as number;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.kill("SIGKILL");
    await Promise.all([this.driver.stop(), ...this.#workers.map(({ exited }) => exited)]);
  }
}
