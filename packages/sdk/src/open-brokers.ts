import { type QueueReader, TaskVitalsError } from "@taskvitals/core";
import { createRedisBroker, type QueueSpecification, type RedisBroker } from "@taskvitals/redis";
import type { QueueRegistryOptions } from "./queue-registry.ts";

/** The brokers that are connected to, and their queues. */
export interface OpenBrokers {
  /** Adds a queue to its broker, which is opened in the background if this is its first. */
  add(queue: QueueSpecification): void;
  /** Takes a queue from its broker. */
  remove(queue: QueueSpecification): void;
  readers(): Iterable<QueueReader>;
  shutdown(): Promise<void>;
}

/**
 * Opens the declared brokers, but for those on demand that have no queue yet.
 *
 * @param declared - the queues that there are when a broker opens
 * @throws TaskVitalsError for a bad URL or client; none is open then
 */
export async function openBrokers(
  { brokers: known, deadlineMs, onChange, onProblem }: Omit<QueueRegistryOptions, "queues" | "path">,
  declared: () => Iterable<QueueSpecification>,
): Promise<OpenBrokers> {
  const opened = new Map<string, RedisBroker>();
  const opening = new Map<string, Promise<void>>();
  let closed = false;

  const open = async (name: string): Promise<void> => {
    const broker = known.get(name);
    if (broker === undefined) return;
    const { connection, path } = broker;
    const reader = await createRedisBroker({ name, connection, path, deadlineMs }, { onProblem });
    if (closed) return reader.shutdown();
    for (const queue of declared()) if (queue.broker === name) reader.add(queue);
    opened.set(name, reader);
  };
  const openLate = (name: string): Promise<void> =>
    open(name).then(onChange, (error: unknown) => {
      // Set-up errors are made to be shown and hold no credential; no other is expected.
      const reason = error instanceof TaskVitalsError ? error.message : "It could not be opened.";
      onProblem("read_queue", `Broker "${name}" is not read. ${reason}`);
    });
  const shutdown = async (): Promise<void> => {
    closed = true;
    await Promise.all([...opened.values()].map((reader) => reader.shutdown()));
    await Promise.all(opening.values());
  };

  const wanted = new Set([...declared()].map((queue) => queue.broker));
  try {
    for (const [name, { onDemand }] of known) if (!onDemand || wanted.has(name)) await open(name);
  } catch (error) {
    await shutdown();
    throw error;
  }
  return {
    add: (queue) => {
      const reader = opened.get(queue.broker);
      if (reader !== undefined) reader.add(queue);
      else if (!closed && !opening.has(queue.broker)) opening.set(queue.broker, openLate(queue.broker));
    },
    remove: (queue) => void opened.get(queue.broker)?.remove(queue.label),
    readers: () => opened.values(),
    shutdown,
  };
}
