import Bull, { type Job, type JobCounts, type JobOptions, type Queue, type QueueOptions } from "bull";
import type { RedisServer } from "../../../../test/services/index.ts";
import type { FrameworkQueues } from "../exercise-queue-reader.ts";

/** Bull as its users run it: queues, whose owner also asks for jobs and keeps them. */
export class BullQueues implements FrameworkQueues {
  readonly #options: QueueOptions;
  readonly #queues = new Map<string, Queue>();

  /** Connects when the first queue is used. */
  constructor({ host, port }: RedisServer, options: QueueOptions = {}) {
    this.#options = { redis: { host, port, maxRetriesPerRequest: null }, ...options };
  }

  /** The queue as an application has it. */
  queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new Bull(name, this.#options);
      // Servers are frozen and flushed in these tests.
      queue.on("error", () => {});
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Adds one job. */
  put(name: string, options?: BullJobOptions): Promise<Job> {
    return this.queue(name).add({ text: "for the worker alone" }, options);
  }

  async add(name: string, count: number): Promise<void> {
    for (let added = 0; added < count; added++) await this.put(name);
  }

  /** Has a worker take the next job and keep it. */
  async next(name: string): Promise<Job> {
    const job = await this.queue(name).getNextJob();
    if (!job) throw new Error(`${name} had no job to take`);
    return job;
  }

  async take(name: string, count: number): Promise<void> {
    for (let taken = 0; taken < count; taken++) await this.next(name);
  }

  /** Has a worker take the next job and fail. */
  async finish(name: string, error: Error): Promise<Job> {
    const job = await this.next(name);
    await job.moveToFailed(error);
    return job;
  }

  ready(name: string): Promise<number> {
    return this.queue(name).getWaitingCount();
  }

  async states(name: string): Promise<Record<"ready" | "active" | "delayed" | "failed", number>> {
    const { waiting, active, delayed, failed, paused = 0 }: Counts = await this.queue(name).getJobCounts();
    return { ready: waiting + paused, active, delayed, failed };
  }

  async delay(name: string, count: number, seconds: number): Promise<void> {
    for (let added = 0; added < count; added++) await this.put(name, { delay: seconds * 1000 });
  }

  async fail(name: string, count: number): Promise<void> {
    for (let failed = 0; failed < count; failed++) {
      await this.put(name, { lifo: true });
      await this.finish(name, new Error("no luck"));
    }
  }

  pause(name: string): Promise<void> {
    return this.queue(name).pause();
  }

  resume(name: string): Promise<void> {
    return this.queue(name).resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(true)));
  }
}

/** Bull's own types lack the count of paused jobs. */
type Counts = JobCounts & { readonly paused?: number };

/** Bull's own types lack the time that a job was made. */
export type BullJobOptions = JobOptions & { readonly timestamp?: number };
