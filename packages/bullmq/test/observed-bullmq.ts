import { createTaskRecorder, observeTaskActivity, type TaskRecorder } from "@taskvitals/core";
import type { FlowProducer, Job, JobsOptions, Processor, Queue, Worker, WorkerOptions } from "bullmq";
import { expect } from "vitest";
import type { RedisServer } from "../../../test/services/index.ts";
import { type Collected, collectPoints } from "../../core/test/collect-points.ts";
import { type Observation, type ObserveWorkerOptions, observeWorker } from "../src/index.ts";

/** Major versions of BullMQ that are tried. */
export const MAJORS = [5, 6] as const;

type Bullmq = typeof import("bullmq");

/** Loads a version; what both are used for here is typed alike. */
export async function loadBullmq(major: 5 | 6): Promise<Bullmq> {
  return major === 6 ? import("bullmq") : ((await import("bullmq-5")) as unknown as Bullmq);
}

/** A processor of a test: a function, or the file or URL of a sandboxed one. */
export type TestProcessor = Processor | string | URL;

/** One queue of BullMQ with its workers on a real Redis, and a recorder with all that it would export. */
export class ObservedBullmq implements AsyncDisposable {
  readonly bullmq: Bullmq;
  readonly queue: Queue;
  readonly collected: Collected;
  readonly tasks: TaskRecorder;
  readonly problems: string[] = [];
  readonly #connection: { host: string; port: number; maxRetriesPerRequest: null };
  readonly #closing: (() => Promise<unknown>)[] = [];

  constructor(bullmq: Bullmq, { host, port }: RedisServer, name: string) {
    this.bullmq = bullmq;
    this.#connection = { host, port, maxRetriesPerRequest: null };
    this.queue = new bullmq.Queue(name, { connection: this.#connection });
    this.queue.on("error", () => {});
    this.#closing.push(() => this.queue.close());
    this.collected = collectPoints();
    const meter = this.collected.provider.getMeter("test");
    const recorder = createTaskRecorder({ meter, onProblem: (_, message) => void this.problems.push(message) });
    observeTaskActivity(meter, recorder.activity);
    this.tasks = recorder.tasks;
  }

  /** A worker of the queue; closed with the rest unless the test closes it. */
  worker(processor: TestProcessor | null, options: Partial<WorkerOptions> = {}): Worker {
    const all = { connection: this.#connection, runRetryDelay: 50, ...options };
    const worker = new this.bullmq.Worker(this.queue.name, processor as Processor, all);
    worker.on("error", () => {});
    this.#closing.push(() => worker.close(true));
    return worker;
  }

  /** A worker that is observed from its first moment. */
  observed(
    processor: TestProcessor | null,
    options: Partial<WorkerOptions> = {},
    observe: ObserveWorkerOptions = {},
  ): Worker & { readonly observation: Observation } {
    const worker = this.worker(processor, options);
    return Object.assign(worker, { observation: observeWorker(worker, this.tasks, observe) });
  }

  flows(): FlowProducer {
    const flows = new this.bullmq.FlowProducer({ connection: this.#connection });
    this.#closing.push(() => flows.close());
    return flows;
  }

  add(name: string, options?: JobsOptions, data: unknown = {}): Promise<Job> {
    return this.queue.add(name, data, options);
  }

  /** The values of one metric, by label set. */
  values(metric: string): Promise<Record<string, number>> {
    return this.collected.values(metric);
  }

  /** What runs now in the queue, as it is reported; undefined before the first job. */
  async active(): Promise<number | undefined> {
    return (await this.values("task_active"))[`queue=${this.queue.name}`];
  }

  /** Waits until nothing is said to run. */
  async idle(): Promise<void> {
    await expect.poll(() => this.active()).toBe(0);
  }

  /** Counts of the outcomes of one task: success, failure for good, attempts that were followed by another. */
  async outcomes(task: string): Promise<[success: number, failure: number, retry: number]> {
    const labels = `task=${task},queue=${this.queue.name}`;
    const of = async (metric: string): Promise<number> => (await this.values(metric))[labels] ?? 0;
    return [await of("task_success_total"), await of("task_failure_total"), await of("task_retry_total")];
  }

  /** Resolves with the job's end for good, from a queue's own records. */
  async ended(job: Job): Promise<string> {
    const states = ["completed", "failed"];
    await expect.poll(async () => states.includes(await job.getState())).toBe(true);
    return job.getState();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
    await this.collected.provider.shutdown();
  }
}
