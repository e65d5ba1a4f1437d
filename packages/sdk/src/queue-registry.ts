import {
  describeValue,
  invalidOption,
  type ProblemListener,
  type QueueReader,
  TaskVitalsError,
} from "@taskvitals/core";
import {
  type CounterOptions,
  type CounterSpecification,
  parseQueue,
  type QueueOptions,
  type QueueSpecification,
  type RedisClientLike,
  type SourceSpecification,
} from "@taskvitals/redis";
import type { BorrowedClient } from "./borrowed-clients.ts";
import { openBrokers } from "./open-brokers.ts";
import { QueueLabels } from "./queue-labels.ts";

/** The queues that are read, as users change them at run time. */
export interface Queues {
  /**
   * Declares one more queue; it is in the next scrape. `<layout>:*` adds every queue of the framework.
   *
   * @param queue - `"<layout>:<name>"`, or an object
   * @param client - a client of yours that this queue is read over, as it is configured and never closed, or the promise of one; until it is there,
   * the queue has no samples. Its broker need not be declared then: clients under the name of one broker are taken for
   * connections to it. Default: the connection to the queue's broker
   * @returns its `queue` label; `*` for every queue
   * @throws TaskVitalsError `INVALID_OPTION`, `UNKNOWN_BROKER` or `DUPLICATE_QUEUE`
   */
  add(queue: string | QueueOptions, client?: RedisClientLike | PromiseLike<RedisClientLike>): string;
  /**
   * Ends the queue with this label; it is gone from the next scrape. Returns whether there was one. One that was discovered comes back when it
   * is found again.
   */
  remove(label: string): boolean;
  /** The labels of the declared queues, in the order they were declared; without those that were discovered. */
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
  readonly queues: readonly (string | QueueOptions | CounterOptions)[];
  /** Most queues, declared and discovered together. */
  readonly maxQueues: number;
  /** Told of each discovered queue that is not reported, because there are too many or its label is taken. */
  readonly onQueueRefused: (label: string, reason: "taken" | "full") => void;
  /** Path of `queues` in error messages: the option or the environment variable. */
  readonly path: string;
  readonly deadlineMs: number;
  readonly onChange: () => void;
  readonly onProblem: ProblemListener;
}

/** Brokers and their queues. */
export interface QueueRegistry {
  readonly queues: Queues;
  /** The counters that live in a broker; the recorder must not count under their labels. */
  readonly counters: readonly CounterSpecification[];
  readers(): Iterable<QueueReader>;
  shutdown(): Promise<void>;
}

/**
 * Connects to the brokers and declares the queues. A broker that is not there is no error: its queues have no samples until it is.
 *
 * @throws TaskVitalsError for a bad URL or queue
 */
export async function createQueueRegistry(options: QueueRegistryOptions): Promise<QueueRegistry> {
  const labels = new QueueLabels(options.maxQueues, options.onQueueRefused);
  const sources = new Set<SourceSpecification>();
  const counters: CounterSpecification[] = [];
  const check = (
    given: string | QueueOptions | CounterOptions,
    path: string,
    client?: BorrowedClient,
  ): SourceSpecification => {
    const source = parseQueue(given, path);
    if (client === undefined && !options.brokers.has(source.broker))
      throw unknownBroker(source, path, [...options.brokers.keys()]);
    if (source.kind === "queue") declare(source, path);
    if (source.kind === "counter") addCounter(source, path);
    // What has a client of its own is not read over its broker's connection.
    if (client === undefined) sources.add(source);
    return source;
  };
  const declare = (queue: QueueSpecification, path: string): void => {
    const other = labels.declared.get(queue.label);
    if (other !== undefined) throw duplicateQueue(queue, other, path);
    if (labels.declared.size >= options.maxQueues) {
      const expected = `at most ${options.maxQueues} queues (maxQueues)`;
      throw invalidOption({ path, expected, remedy: "Declare fewer, or raise maxQueues." });
    }
    labels.declared.set(queue.label, queue);
  };
  const addCounter = (counter: CounterSpecification, path: string): void => {
    const twin = counters.find((other) => isSameSeries(other, counter));
    if (twin !== undefined) throw duplicateCounter(counter, twin, path);
    counters.push(counter);
  };
  // Everything is checked before the first connection is opened.
  for (const [index, queue] of options.queues.entries()) check(queue, `${options.path}[${index}]`);

  const brokers = await openBrokers(options, labels, () => sources);

  return {
    counters,
    queues: {
      add: (given, client) => {
        const source = check(given, "queues.add(queue)", client);
        if (source.kind === "counter") {
          sources.delete(source);
          counters.pop();
          const expected = "a queue; counters are declared at start-up";
          throw invalidOption({ path: "queues.add(queue)", expected });
        }
        // A queue that was discovered under this label makes room for the declared one.
        if (source.kind === "queue") brokers.drop(source.label);
        brokers.add(source, client);
        options.onChange();
        return source.kind === "queue" ? source.label : EVERY_QUEUE;
      },
      remove: (label) => {
        const queue = labels.declared.get(label);
        labels.declared.delete(label);
        if (queue !== undefined) sources.delete(queue);
        const removed = brokers.drop(label) || queue !== undefined;
        if (removed) options.onChange();
        return removed;
      },
      list: () => [...labels.declared.keys()],
    },
    readers: brokers.readers,
    shutdown: brokers.shutdown,
  };
}

const EVERY_QUEUE = "*";

function isSameSeries(one: CounterSpecification, other: CounterSpecification): boolean {
  return one.counter === other.counter && one.task === other.task && one.queue === other.queue;
}

function duplicateCounter(counter: CounterSpecification, other: CounterSpecification, path: string): TaskVitalsError {
  const keys = `${describeValue(counter.key)} and ${describeValue(other.key)}`;
  return new TaskVitalsError(
    "DUPLICATE_SERIES",
    `${path}: the counters ${keys} would both be the ${counter.counter} counter of task=${describeValue(counter.task)}, ` +
      `queue=${describeValue(counter.queue)}; expected one key per series. Set task or queue on one of them.`,
  );
}

function unknownBroker(source: SourceSpecification, path: string, known: readonly string[]): TaskVitalsError {
  const names = known.length === 0 ? "none is declared" : `declared: ${known.map((name) => `"${name}"`).join(", ")}`;
  // A URL where a name belongs may hold a password.
  const isUrl = /[/:@]/.test(source.broker);
  const broker = isUrl ? "a broker whose name looks like a URL" : `the broker ${describeValue(source.broker)}`;
  const remedy =
    source.broker === "default"
      ? `Set redis (or REDIS_URL) to a redis:// URL or an ioredis client${known.length === 0 ? "" : ", or name one of them: { layout, name, broker }"}.`
      : `Add brokers: { ${isUrl ? "<name>" : JSON.stringify(source.broker)}: … }${isUrl ? " and give that name" : ""}.`;
  return new TaskVitalsError(
    "UNKNOWN_BROKER",
    `${path}: ${described(source)} is on ${broker}; expected a declared broker (${names}). ${remedy}`,
  );
}

function described(source: SourceSpecification): string {
  if (source.kind === "queue") return `queue ${describeValue(source.label)}`;
  return source.kind === "counter" ? `counter ${describeValue(source.key)}` : `${source.layout}:${EVERY_QUEUE}`;
}

function duplicateQueue(queue: QueueSpecification, other: QueueSpecification, path: string): TaskVitalsError {
  const spelled = (one: QueueSpecification): string => describeValue(`${one.layout}:${one.name}`);
  return new TaskVitalsError(
    "DUPLICATE_QUEUE",
    `${path}: ${spelled(queue)} on broker "${queue.broker}" and ${spelled(other)} on broker "${other.broker}" would both have the label ` +
      `queue=${describeValue(queue.label)}; expected one queue per label. Set label on one of them.`,
  );
}
