import { describeValue, type ProblemListener, type QueueReader, TaskVitalsError } from "@taskvitals/core";
import { parseQueue, type QueueOptions, type QueueSpecification, type RedisClientLike } from "@taskvitals/redis";
import { openBrokers } from "./open-brokers.ts";

/** The queues that are read, as users change them at run time. */
export interface Queues {
  /**
   * Declares one more queue; it is in the next scrape.
   *
   * @returns its `queue` label
   * @throws TaskVitalsError `INVALID_OPTION`, `UNKNOWN_BROKER` or `DUPLICATE_QUEUE`
   */
  add(queue: string | QueueOptions): string;
  /** Ends the queue with this label; it is gone from the next scrape. Returns whether there was one. */
  remove(label: string): boolean;
  /** The labels of the declared queues, in the order they were declared. */
  list(): readonly string[];
}

/** A broker that was declared. */
export interface DeclaredBroker {
  readonly connection: string | RedisClientLike;
  /** Where it was declared: the option or the environment variable. */
  readonly path: string;
  /** Whether to leave it alone until it has a queue: an application may have a Redis that has none of the queues in it. */
  readonly onDemand: boolean;
}

/** What {@link createQueueRegistry} needs. */
export interface QueueRegistryOptions {
  readonly brokers: ReadonlyMap<string, DeclaredBroker>;
  readonly queues: readonly (string | QueueOptions)[];
  /** Path of `queues` in error messages: the option or the environment variable. */
  readonly path: string;
  readonly deadlineMs: number;
  readonly onChange: () => void;
  readonly onProblem: ProblemListener;
}

/** Brokers and their queues. */
export interface QueueRegistry {
  readonly queues: Queues;
  readers(): Iterable<QueueReader>;
  shutdown(): Promise<void>;
}

/**
 * Connects to the brokers and declares the queues. A broker that is not there is no error: its queues have no samples until it is.
 *
 * @throws TaskVitalsError for a bad URL or queue
 */
export async function createQueueRegistry(options: QueueRegistryOptions): Promise<QueueRegistry> {
  const declared = new Map<string, QueueSpecification>();
  const check = (queue: QueueSpecification, path: string): void => {
    if (!options.brokers.has(queue.broker)) throw unknownBroker(queue, path, [...options.brokers.keys()]);
    const other = declared.get(queue.label);
    if (other !== undefined) throw duplicateQueue(queue, other, path);
    declared.set(queue.label, queue);
  };
  // Everything is checked before the first connection is opened.
  for (const [index, queue] of options.queues.entries()) {
    const path = `${options.path}[${index}]`;
    check(parseQueue(queue, path), path);
  }

  const brokers = await openBrokers(options, () => declared.values());

  return {
    queues: {
      add: (given) => {
        const queue = parseQueue(given, "queues.add(queue)");
        check(queue, "queues.add(queue)");
        brokers.add(queue);
        options.onChange();
        return queue.label;
      },
      remove: (label) => {
        const queue = declared.get(label);
        if (queue === undefined) return false;
        declared.delete(label);
        brokers.remove(queue);
        options.onChange();
        return true;
      },
      list: () => [...declared.keys()],
    },
    readers: brokers.readers,
    shutdown: brokers.shutdown,
  };
}

function unknownBroker(queue: QueueSpecification, path: string, known: readonly string[]): TaskVitalsError {
  const names = known.length === 0 ? "none is declared" : `declared: ${known.map((name) => `"${name}"`).join(", ")}`;
  // A URL where a name belongs may hold a password.
  const isUrl = /[/:@]/.test(queue.broker);
  const broker = isUrl ? "a broker whose name looks like a URL" : `the broker ${describeValue(queue.broker)}`;
  const remedy =
    queue.broker === "default"
      ? `Set redis (or REDIS_URL) to a redis:// URL or an ioredis client${known.length === 0 ? "" : ", or name one of them: { layout, name, broker }"}.`
      : `Add brokers: { ${isUrl ? "<name>" : JSON.stringify(queue.broker)}: … }${isUrl ? " and give that name" : ""}.`;
  return new TaskVitalsError(
    "UNKNOWN_BROKER",
    `${path}: queue ${describeValue(queue.label)} is on ${broker}; expected a declared broker (${names}). ${remedy}`,
  );
}

function duplicateQueue(queue: QueueSpecification, other: QueueSpecification, path: string): TaskVitalsError {
  const spelled = (one: QueueSpecification): string => describeValue(`${one.layout}:${one.name}`);
  return new TaskVitalsError(
    "DUPLICATE_QUEUE",
    `${path}: ${spelled(queue)} on broker "${queue.broker}" and ${spelled(other)} on broker "${other.broker}" would both have the label ` +
      `queue=${describeValue(queue.label)}; expected one queue per label. Set label on one of them.`,
  );
}
