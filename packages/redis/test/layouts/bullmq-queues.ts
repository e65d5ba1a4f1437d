import type { FlowProducer, Job, JobsOptions, Queue, Worker, WorkerOptions } from "bullmq";
import type { RedisServer } from "../../../../test/services/index.ts";
import type { FrameworkQueues } from "../exercise-queue-reader.ts";

/** Major versions of BullMQ that are tried. */
export type BullmqMajor = 5 | 6;

type Bullmq = typeof import("bullmq");

/** BullMQ as its users run it: queues, flows, and workers that ask for jobs and keep them. */
export class BullmqQueues implements FrameworkQueues {
  readonly #bullmq: Bullmq;
  readonly #options: { connection: { host: string; port: number; maxRetriesPerRequest: null }; prefix: string };
  readonly #queues = new Map<string, Queue>();
  readonly #workers = new Map<string, Worker>();
  readonly flows: FlowProducer;

  private constructor(bullmq: Bullmq, { host, port }: RedisServer, prefix: string) {
    this.#bullmq = bullmq;
    this.#options = { connection: { host, port, maxRetriesPerRequest: null }, prefix };
    this.flows = new bullmq.FlowProducer(this.#options);
    this.flows.on("error", () => {});
  }

  /** Loads the version and connects it. */
  static async start(major: BullmqMajor, server: RedisServer, prefix = "bull"): Promise<BullmqQueues> {
    // What both versions are used for here is typed alike.
    const bullmq = major === 6 ? await import("bullmq") : ((await import("bullmq-5")) as unknown as Bullmq);
    return new BullmqQueues(bullmq, server, prefix);
  }

  /** The queue as an application has it. */
  queue(name: string): Queue {
    return this.#cached(this.#queues, name, () => new this.#bullmq.Queue(name, this.#options));
  }

  /** Adds one job. */
  put(name: string, options?: JobsOptions): Promise<Job> {
    return this.queue(name).add("task", { text: "for the worker alone" }, options);
  }

  async add(name: string, count: number): Promise<void> {
    for (let added = 0; added < count; added++) await this.put(name);
  }

  /** A worker that does nothing by itself. The options count when the queue has none yet. */
  worker(name: string, options: Partial<WorkerOptions> = {}): Worker {
    return this.#cached(this.#workers, name, () => {
      return new this.#bullmq.Worker(name, null, { ...this.#options, autorun: false, ...options });
    });
  }

  /** Has a worker take the next job and keep it. */
  async next(name: string): Promise<Job> {
    const job = await this.worker(name).getNextJob(TOKEN, { block: false });
    if (job === undefined) throw new Error(`${name} had no job to take`);
    return job;
  }

  async take(name: string, count: number): Promise<void> {
    for (let taken = 0; taken < count; taken++) await this.next(name);
  }

  /** Has a worker take the next job and finish it: with an error if one is given. */
  async finish(name: string, error?: Error): Promise<Job> {
    const job = await this.next(name);
    if (error === undefined) await job.moveToCompleted("done", TOKEN, false);
    else await job.moveToFailed(error, TOKEN, false);
    return job;
  }

  async ready(name: string): Promise<number> {
    const { waiting = 0, prioritized = 0, paused = 0 } = await this.counts(name);
    return waiting + prioritized + paused;
  }

  /** All counts of the framework's own. */
  counts(name: string): Promise<Record<string, number>> {
    return this.queue(name).getJobCounts();
  }

  async states(name: string): Promise<Record<"ready" | "active" | "delayed" | "failed" | "blocked", number>> {
    const { active = 0, delayed = 0, failed = 0, "waiting-children": blocked = 0 } = await this.counts(name);
    return { ready: await this.ready(name), active, delayed, failed, blocked };
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
    return this.queue(name).resume() as Promise<void>;
  }

  #cached<T extends Queue | Worker>(known: Map<string, T>, name: string, open: () => T): T {
    let one = known.get(name);
    if (one === undefined) {
      one = open();
      // Servers are frozen and flushed in these tests.
      (one as Queue).on("error", () => {});
      known.set(name, one);
    }
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.flows.close(),
      ...[...this.#queues.values()].map((queue) => queue.close()),
      ...[...this.#workers.values()].map((worker) => worker.close(true)),
    ]);
  }
}

/** Whose the locks of the jobs are. */
export const TOKEN = "worker-1";
