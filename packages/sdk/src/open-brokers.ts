import { type QueueReader, TaskVitalsError } from "@taskvitals/core";
import { createRedisBroker, type LabelClaims, type RedisBroker, type SourceSpecification } from "@taskvitals/redis";
import { type BorrowedClient, BorrowedClients } from "./borrowed-clients.ts";
import type { QueueRegistryOptions } from "./queue-registry.ts";

/** The brokers that are connected to, and their queues. */
export interface OpenBrokers {
  /** Adds a source to its broker, which is opened in the background if this is its first; or reads it over the client, where one is given. */
  add(source: SourceSpecification, client?: BorrowedClient): void;
  /** Takes the queue with this label from whichever broker has it. Answers whether there was one. */
  drop(label: string): boolean;
  readers(): Iterable<QueueReader>;
  shutdown(): Promise<void>;
}

/**
 * Opens the declared brokers, but for those on demand that have no queue yet.
 *
 * @param claims - which discovered queues may be reported
 * @param declared - what there is to read when a broker opens
 * @throws TaskVitalsError for a bad URL or client; none is open then
 */
export async function openBrokers(
  { brokers: known, deadlineMs, onChange, onProblem }: Omit<QueueRegistryOptions, "queues" | "path">,
  claims: LabelClaims,
  declared: () => Iterable<SourceSpecification>,
): Promise<OpenBrokers> {
  const opened = new Map<string, RedisBroker>();
  const opening = new Map<string, Promise<void>>();
  const borrowed = new BorrowedClients({ deadlineMs, onChange, onProblem, claims });
  let closed = false;

  const open = async (name: string): Promise<void> => {
    const broker = known.get(name);
    if (broker === undefined) return;
    const { connection, path } = broker;
    const reader = await createRedisBroker({ name, connection, path, deadlineMs }, { onProblem, claims });
    if (closed) return reader.shutdown();
    for (const source of declared()) if (source.broker === name) reader.add(source);
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
    await Promise.all([borrowed.shutdown(), ...[...opened.values()].map((reader) => reader.shutdown())]);
    await Promise.all(opening.values());
  };

  const wanted = new Set([...declared()].map((source) => source.broker));
  try {
    for (const [name, { onDemand }] of known) if (!onDemand || wanted.has(name)) await open(name);
  } catch (error) {
    await shutdown();
    throw error;
  }
  return {
    add: (source, client) => {
      if (client !== undefined) return borrowed.add(source, client);
      const reader = opened.get(source.broker);
      if (reader !== undefined) reader.add(source);
      else if (!closed && !opening.has(source.broker)) opening.set(source.broker, openLate(source.broker));
    },
    drop: (label) =>
      [borrowed.drop(label), ...[...opened.values()].map((reader) => reader.remove(label))].includes(true),
    readers: () => [...opened.values(), ...borrowed.readers(new Set(opened.keys()))],
    shutdown,
  };
}
