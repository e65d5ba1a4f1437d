import {
  invalidOption,
  type ProblemListener,
  type QueueReader,
  type QueueReadFailure,
  type QueueReading,
  TaskVitalsError,
} from "@taskvitals/core";
import type { BrokerConnection } from "./broker-connection.ts";
import { connectBroker } from "./connect-broker.ts";
import { Deadline } from "./deadline.ts";
import { layouts } from "./layouts/layouts.ts";
import type { RedisCommand } from "./layouts/queue-layout.ts";
import type { QueueSpecification } from "./queue-specification.ts";
import type { RedisClientLike } from "./redis-client-like.ts";
import { failure, type RedisReply } from "./redis-reply.ts";

/** Options of {@link createRedisBroker}. */
export interface RedisConnectionOptions {
  /** Name of the broker, as the user gave it. */
  readonly name: string;
  /**
   * A `redis://` or `rediss://` URL, for a connection of our own, or a client of the caller's. A client is used as it is
   * configured and never closed; nothing is sent while it is not connected, except that a `lazyConnect` client is connected
   * by the first reading.
   */
  readonly connection: string | RedisClientLike;
  /** Longest duration of a reading, in milliseconds: a whole number from 1 to 60 000. Default 250. */
  readonly deadlineMs?: number | undefined;
  /** Path of the option the connection came from, such as `redis` or `brokers.jobs`; part of error messages. */
  readonly path: string;
}

/** What {@link createRedisBroker} is given by its surroundings. */
export interface RedisBrokerDependencies {
  /** Told of failures inside the reader itself. Those of the broker are in the readings. */
  readonly onProblem: ProblemListener;
  /** Loads ioredis, for connections of our own. Default: `import("ioredis")`. */
  readonly importIoredis?: (() => Promise<unknown>) | undefined;
  /** Unix time in milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Reads queues that live in one Redis server or Cluster. */
export interface RedisBroker extends QueueReader {
  /**
   * Adds a queue; it is part of the next reading.
   *
   * @throws TaskVitalsError `DUPLICATE_QUEUE` when the broker has a queue with that label
   */
  add(queue: QueueSpecification): void;
  /** Takes the queue with this label away. Answers whether there was one. */
  remove(label: string): boolean;
}

/**
 * Makes the reader of one broker. A server that is absent is no error: its readings fail until it comes.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when the URL, the client or the deadline is not acceptable, `MISSING_PACKAGE` when a
 * URL is given and ioredis is not installed
 */
export async function createRedisBroker(
  options: RedisConnectionOptions,
  dependencies: RedisBrokerDependencies,
): Promise<RedisBroker> {
  const { name, path, deadlineMs = 250 } = options;
  if (!Number.isInteger(deadlineMs) || deadlineMs < 1 || deadlineMs > 60_000) {
    const expected = "a whole number of milliseconds from 1 to 60000";
    throw invalidOption({ path: "deadlineMs", value: deadlineMs, expected });
  }
  const { onProblem, now = Date.now, importIoredis = () => import("ioredis") } = dependencies;
  const connection = await connectBroker(options.connection, path, importIoredis);
  return new PipelinedBroker(name, connection, deadlineMs, onProblem, now);
}

interface Entry {
  readonly queue: QueueSpecification;
  readonly commands: readonly RedisCommand[];
}

class PipelinedBroker implements RedisBroker {
  readonly broker: string;
  readonly #connection: BrokerConnection;
  readonly #deadlineMs: number;
  readonly #onProblem: ProblemListener;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<Deadline, Promise<unknown>>();
  #closed = false;

  constructor(
    name: string,
    connection: BrokerConnection,
    deadlineMs: number,
    onProblem: ProblemListener,
    now: () => number,
  ) {
    this.broker = name;
    this.#connection = connection;
    this.#deadlineMs = deadlineMs;
    this.#onProblem = onProblem;
    this.#now = now;
  }

  add(queue: QueueSpecification): void {
    if (this.#entries.has(queue.label)) {
      const message = `queues: two queues of broker "${this.broker}" have the label ${JSON.stringify(queue.label)}. Set \`label\` on one of them.`;
      throw new TaskVitalsError("DUPLICATE_QUEUE", message);
    }
    this.#entries.set(queue.label, { queue, commands: layouts[queue.layout].commands(queue) });
  }

  remove(label: string): boolean {
    return this.#entries.delete(label);
  }

  has(label: string): boolean {
    return this.#entries.has(label);
  }

  async read(): Promise<readonly (QueueReading | QueueReadFailure)[]> {
    const entries = [...this.#entries.values()];
    if (entries.length === 0) return [];
    const commands = entries.flatMap((entry) => entry.commands);
    const replies = await this.#exchange(commands);
    const readAtSeconds = this.#now() / 1000;
    let next = 0;
    return entries.map(({ queue, commands }) => {
      const own = replies.slice(next, next + commands.length);
      next += commands.length;
      const { label, layout } = queue;
      const failed = own.find((reply) => !reply.ok);
      if (failed?.ok === false) return { ok: false, queue: label, reason: failed.reason, detail: failed.detail };
      const ready = layouts[layout].interpret(own.map((reply) => reply.ok && reply.value));
      if (ready === undefined) return { ok: false, queue: label, reason: "error", detail: "an unexpected reply" };
      return { ok: true, queue: label, ready, readAtSeconds };
    });
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    this.#connection.close();
    for (const deadline of this.#reading.keys()) deadline.expire();
    await Promise.all(this.#reading.values());
    // A reading that waited for its connection may have listened to it after the first call.
    this.#connection.close();
  }

  async #exchange(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
    if (this.#closed) return commands.map(() => failure("refused", "the reader was shut down"));
    using deadline = new Deadline(this.#deadlineMs);
    const exchange = this.#connection.exchange(commands, deadline).catch(() => {
      this.#onProblem("read_queue", `Reading the queues of broker "${this.broker}" failed unexpectedly.`);
      return commands.map(() => failure("error", "the reader failed unexpectedly"));
    });
    this.#reading.set(deadline, exchange);
    try {
      return await exchange;
    } finally {
      this.#reading.delete(deadline);
    }
  }
}
