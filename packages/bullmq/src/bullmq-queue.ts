import { invalidOption } from "@taskvitals/core";

/** What taskvitals uses of a queue; `Queue` of BullMQ 5 and 6 has it. */
export interface BullmqQueue {
  /** Its name. */
  readonly name: string;
  /** Prefix and name, as its keys begin. */
  readonly qualifiedName: string;
  /** Its connection, once that is ready. BullMQ 5. */
  readonly client?: Promise<unknown>;
  /** What holds its connection. BullMQ 6. */
  getBackend?(): BullmqBackend;
}

/** What taskvitals uses of what holds a queue's connection. */
export interface BullmqBackend {
  /** The connection, once it is ready. */
  readonly client?: Promise<unknown>;
}

/** Where a queue lives: its key prefix, and the connection that it has already. */
export interface BullmqQueueHome {
  /** What its keys begin with, in front of its name. */
  readonly prefix: string;
  /** Its client, once that is connected. */
  readonly client: Promise<unknown>;
}

/**
 * Finds where a queue lives.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for anything but a queue of BullMQ 5 or 6 that lives in Redis
 */
export function homeOf(queue: BullmqQueue): BullmqQueueHome {
  const given = queue as Partial<BullmqQueue> | null | undefined;
  const { name, qualifiedName } = given ?? {};
  const client = given?.client ?? given?.getBackend?.().client;
  if (typeof name !== "string" || !qualifiedName?.endsWith(`:${name}`) || typeof client?.then !== "function") {
    throw invalidOption({
      path: "observeQueue(queue)",
      value: queue,
      expected: "a Queue of BullMQ 5 or 6 that lives in Redis",
    });
  }
  return { prefix: qualifiedName.slice(0, -name.length - 1), client: client.then(requireIoredis) };
}

/** BullMQ 6 wraps clients of other packages, which can not be asked in the same way. */
function requireIoredis(client: unknown): unknown {
  const { runCommand, __bullmq_iredis: wrapsIoredis } = client as { runCommand?: unknown; __bullmq_iredis?: unknown };
  if (runCommand === undefined || wrapsIoredis === true) return client;
  throw invalidOption({
    path: "observeQueue(queue)",
    expected: "a queue whose connection is one of ioredis",
    remedy: 'Declare it with a URL instead: startTaskVitals({ redis, queues: ["bullmq:<name>"] }).',
  });
}
