import { type ParsedJob, Queue, Worker } from "node-resque";
import { type RedisServer, waitUntil } from "../../../../test/services/index.ts";
import type { FrameworkQueues } from "../exercise-queue-reader.ts";

/** node-resque as its users run it: a queue to enqueue with, and workers that keep the jobs they take. */
export class ResqueQueues implements FrameworkQueues {
  readonly queue: Queue;
  readonly #server: RedisServer;
  readonly #namespace: string;
  readonly #workers: { worker: Worker; release: () => void }[] = [];

  private constructor(server: RedisServer, namespace: string) {
    this.#server = server;
    this.#namespace = namespace;
    this.queue = new Queue({ connection: this.#connection() });
    // Servers are frozen and flushed in these tests.
    this.queue.on("error", () => {});
  }

  #connection() {
    return { host: this.#server.host, port: this.#server.port, namespace: this.#namespace };
  }

  /** Connects. */
  static async start(server: RedisServer, namespace = "resque"): Promise<ResqueQueues> {
    const queues = new ResqueQueues(server, namespace);
    await queues.queue.connect();
    return queues;
  }

  async add(name: string, count: number): Promise<void> {
    for (let added = 0; added < count; added++)
      await this.queue.enqueue(name, "hold", [`for the worker alone ${added}`]);
  }

  /** Starts a worker of these queues under this name. It keeps the job it takes, or fails it; without one, it looks again soon. */
  async start(name: string, queues: string[] | "*", job: "hold" | "fail" = "hold"): Promise<Worker> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const perform = async (): Promise<void> => {
      if (job === "fail") throw new Error("no luck");
      await promise;
    };
    const options = { connection: this.#connection(), name, queues, timeout: 50 };
    const worker = new Worker(options, { hold: { perform } });
    worker.on("error", () => {});
    this.#workers.push({ worker, release: resolve });
    await worker.connect();
    await worker.start();
    return worker;
  }

  async take(name: string, count: number): Promise<void> {
    for (let taken = 0; taken < count; taken++) {
      const worker = await this.start(`host:${this.#workers.length}`, [name]);
      await waitUntil(() => worker.job !== null, { what: `a job to be taken from ${name}` });
    }
  }

  async delay(name: string, count: number, seconds: number): Promise<void> {
    // No two delayed jobs may be alike.
    for (let added = 0; added < count; added++) await this.queue.enqueueIn(seconds * 1000, name, "hold", [added]);
  }

  ready(name: string): Promise<number> {
    return this.queue.length(name);
  }

  async states(name: string): Promise<Record<"ready" | "active", number>> {
    const working: unknown[] = Object.values(await this.queue.allWorkingOn());
    const active = working.filter((work) => (work as Partial<ParsedJob>).queue === name).length;
    return { ready: await this.ready(name), active };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const workers = this.#workers.splice(0);
    const ended = workers.map(({ worker }) => worker.end());
    for (const { release } of workers) release();
    await Promise.allSettled(ended);
    await this.queue.end();
  }
}
