import BeeQueue from "bee-queue";
import { type RedisServer, waitUntil } from "../../../../test/services/index.ts";
import type { FrameworkQueues } from "../exercise-queue-reader.ts";

/** What a job of Bee-Queue may be given. */
export interface BeeJob {
  readonly data?: unknown;
  /** When it was made, Unix time in milliseconds. Default: now. */
  readonly timestamp?: number;
  /** When it is due, Unix time in milliseconds. Default: at once. */
  readonly dueAt?: number;
  readonly retries?: number;
  /** Wait before a retry, in milliseconds. Default: none. */
  readonly backoff?: number;
  readonly id?: string;
}

/** Bee-Queue as its users run it: queues, and workers that keep the jobs they take. */
export class BeeQueues implements FrameworkQueues {
  readonly #settings: BeeQueue.QueueSettings;
  readonly #queues = new Map<string, BeeQueue>();
  readonly #workers: { queue: BeeQueue; release: () => void }[] = [];

  /** Connects when the first queue is used. */
  constructor({ host, port }: RedisServer, settings: BeeQueue.QueueSettings = {}) {
    this.#settings = { redis: { host, port }, getEvents: false, stallInterval: 60_000, ...settings };
  }

  /** The queue as a producer has it. */
  queue(name: string): BeeQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = this.#open(name, { isWorker: false });
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #open(name: string, settings: BeeQueue.QueueSettings): BeeQueue {
    const queue = new BeeQueue(name, { ...this.#settings, ...settings });
    // Servers are frozen and flushed in these tests.
    return queue.on("error", () => {});
  }

  /** Saves one job. */
  async put(
    name: string,
    { data = {}, timestamp, dueAt, retries, backoff, id }: BeeJob = {},
  ): Promise<BeeQueue.Job<unknown>> {
    const job = this.queue(name).createJob(data);
    if (timestamp !== undefined) job.options.timestamp = timestamp;
    // As `delayUntil()` does, but for times that have passed as well.
    if (dueAt !== undefined) job.options.delay = dueAt;
    if (retries !== undefined) job.retries(retries);
    if (backoff !== undefined) job.backoff("fixed", backoff);
    if (id !== undefined) job.setId(id);
    return await job.save();
  }

  async add(name: string, count: number): Promise<void> {
    for (let added = 0; added < count; added++) await this.put(name);
  }

  async take(name: string, count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = this.#open(name, { activateDelayedJobs: true });
    this.#workers.push({ queue, release: resolve });
    let taken = 0;
    queue.process(count, async () => {
      taken++;
      await promise;
    });
    await waitUntil(() => taken === count, { what: `${count} jobs to be taken from ${name}` });
  }

  /** Has a worker fail the next `count` attempts, and go away. */
  async failNext(name: string, count: number): Promise<void> {
    const queue = this.#open(name, {});
    let failed = 0;
    queue.on("failed", () => void failed++);
    // One at a time, so that it takes no further job once it is closed.
    queue.process(1, async () => {
      throw new Error("no luck");
    });
    await waitUntil(() => failed === count, { what: `${count} jobs of ${name} to fail`, intervalMs: 1 });
    await queue.close(100);
  }

  async fail(name: string, count: number): Promise<void> {
    await this.add(name, count);
    await this.failNext(name, count);
  }

  /** Has the workers die with the jobs they took. */
  async abandon(): Promise<void> {
    const abandoned = this.#workers.splice(0);
    // Closing waits for their jobs, in vain.
    await Promise.allSettled(abandoned.map(({ queue }) => queue.close(1)));
    for (const { release } of abandoned) release();
  }

  /** Has a producer look for jobs of workers that died, until it found one. */
  async findStalled(name: string): Promise<void> {
    const queue = this.#open(name, { stallInterval: 30, isWorker: false });
    await queue.ready();
    await waitUntil(async () => (await queue.checkStalledJobs()) > 0, { what: `a stalled job of ${name}` });
    await queue.close(500);
  }

  async ready(name: string): Promise<number> {
    return (await this.queue(name).checkHealth()).waiting;
  }

  async states(name: string): Promise<Record<"ready" | "active" | "delayed" | "failed", number>> {
    const { waiting: ready, active, delayed, failed } = await this.queue(name).checkHealth();
    return { ready, active, delayed, failed };
  }

  async delay(name: string, count: number, seconds: number): Promise<void> {
    for (let added = 0; added < count; added++) await this.put(name, { dueAt: Date.now() + seconds * 1000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#workers.map(({ queue }) => queue.close(500));
    for (const { release } of this.#workers) release();
    const all = [...closed, ...[...this.#queues.values()].map((queue) => queue.close(500))];
    await Promise.allSettled(all);
  }
}
