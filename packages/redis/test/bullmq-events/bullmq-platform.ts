import type { FlowProducer, Processor, Queue, Worker, WorkerOptions } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisServer } from "../../../../test/services/index.ts";
import {
  type BullmqEvents,
  type BullmqEventsOptions,
  observeBullmqEvents,
} from "../../src/bullmq-events/observe-bullmq-events.ts";
import { type RecordedTasks, recordedTasks } from "../celery-events/recorded-tasks.ts";
import { eventually } from "../eventually.ts";

/** Major versions of BullMQ that are tried. */
export const MAJORS = [5, 6] as const;

export type Bullmq = typeof import("bullmq");

/** Loads a version; what both are used for here is typed alike. */
export async function loadBullmq(major: 5 | 6): Promise<Bullmq> {
  return major === 6 ? import("bullmq") : ((await import("bullmq-5")) as unknown as Bullmq);
}

/** Queues and workers of one version of BullMQ on a server, closed together. */
export class BullmqPlatform implements AsyncDisposable {
  readonly bullmq: Bullmq;
  readonly #connection: { host: string; port: number; maxRetriesPerRequest: null };
  readonly #closing: (() => Promise<unknown>)[] = [];

  constructor(bullmq: Bullmq, { host, port }: RedisServer) {
    this.bullmq = bullmq;
    this.#connection = { host, port, maxRetriesPerRequest: null };
  }

  queue(name: string, options: object = {}): Queue {
    const queue = new this.bullmq.Queue(name, { connection: this.#connection, ...options });
    queue.on("error", () => {});
    this.#closing.push(() => queue.close());
    return queue;
  }

  worker(name: string, processor: Processor, options: Partial<WorkerOptions> = {}): Worker {
    const all = { connection: this.#connection, drainDelay: 1, runRetryDelay: 50, ...options };
    const worker = new this.bullmq.Worker(name, processor, all);
    worker.on("error", () => {});
    this.#closing.push(() => worker.close(true));
    return worker;
  }

  flows(): FlowProducer {
    const flows = new this.bullmq.FlowProducer({ connection: this.#connection });
    this.#closing.push(() => flows.close());
    return flows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }
}

/** A reader of events, what it recorded, and what it told. */
export interface Observed extends AsyncDisposable {
  readonly events: BullmqEvents;
  readonly recorded: RecordedTasks;
  readonly told: string[];
}

/** Observes queues; resolves when each of them is read. */
export async function observed(
  server: RedisServer,
  names: readonly string[],
  options: Partial<BullmqEventsOptions> = {},
): Promise<Observed> {
  const recorded = recordedTasks();
  const told: string[] = [];
  const events = await observeBullmqEvents({
    broker: "default",
    connection: server.url,
    path: "redis",
    tasks: recorded.tasks,
    queues: names.map((name) => ({ name })),
    onProblem: (_, message) => told.push(message),
    ...options,
  });
  await eventually(() => events.streams().every(({ state }) => state === "there" || state === "absent")).toBe(true);
  return { events, recorded, told, [Symbol.asyncDispose]: () => events.shutdown() };
}

/** Waits until the last entry of the stream is read. */
export async function caughtUp(redis: Redis, { events }: Observed, key = "bull:work:events"): Promise<void> {
  const info = (await redis.xinfo("STREAM", key)) as unknown[];
  const last = info[info.indexOf("last-generated-id") + 1];
  await eventually(() => events.position().streams[key]?.id).toBe(last);
}
