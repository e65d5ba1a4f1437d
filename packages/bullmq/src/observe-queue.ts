import { invalidOption } from "@taskvitals/core";
import { type BullmqQueue, homeOf } from "./bullmq-queue.ts";
import type { Observation } from "./observation.ts";

/** Options of {@link observeQueue}. */
export interface ObserveQueueOptions {
  /** The `queue` label. Default: the name of the queue. Needed when two queues share a name. */
  readonly label?: string | undefined;
  /** Name of the broker that its connection leads to; its health is reported under it. Default `default`. */
  readonly broker?: string | undefined;
}

/** Where queues are declared for reading: `vitals.queues`. */
export interface QueueDeclarations {
  /** Declares one more queue, which is read over the client given; returns its label. The client is typed away: it is BullMQ's own. */
  add(queue: DeclaredBullmqQueue, client: Promise<never>): string;
  /** Ends the queue with this label. */
  remove(label: string): boolean;
}

/** A queue of BullMQ as it is declared. */
export interface DeclaredBullmqQueue {
  /** How it is laid out in Redis. */
  readonly layout: "bullmq";
  /** Its name. */
  readonly name: string;
  /** What its keys begin with. */
  readonly prefix: string;
  /** The `queue` label. Default: the name. */
  readonly label?: string | undefined;
  /** Name of the broker. Default `default`. */
  readonly broker?: string | undefined;
}

/**
 * Reads a BullMQ queue at each scrape, over the connection that it has already: its length, its jobs by state, the age of the oldest, and
 * whether it is paused. No second connection, and nothing is written. Nobody is waited for: Redis may come later.
 *
 * @param queue - `Queue` of BullMQ 5 or 6, connected through ioredis
 * @param queues - where it is declared: `vitals.queues`
 * @returns a handle; detach it before the queue is closed, or its readings fail from then on
 * @throws TaskVitalsError `INVALID_OPTION` for anything but a queue and `vitals.queues`, `DUPLICATE_QUEUE` when the label is taken
 */
export function observeQueue(
  queue: BullmqQueue,
  queues: QueueDeclarations,
  options: ObserveQueueOptions = {},
): Observation {
  const { prefix, client } = homeOf(queue);
  // Whoever reads over it is told as well; without a reader nobody would be.
  client.catch(() => {});
  if (typeof queues?.add !== "function") {
    throw invalidOption({ path: "observeQueue(queue, queues)", value: queues, expected: "vitals.queues" });
  }
  const label = queues.add({ layout: "bullmq", name: queue.name, prefix, ...options }, client as Promise<never>);
  let attached = true;
  const detach = (): void => {
    if (attached) queues.remove(label);
    attached = false;
  };
  return { detach, [Symbol.dispose]: detach };
}
