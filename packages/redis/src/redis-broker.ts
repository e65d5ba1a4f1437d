import {
  type BrokerReading,
  invalidOption,
  labelValue,
  type ProblemListener,
  type QueueReader,
  TaskVitalsError,
} from "@taskvitals/core";
import type { BrokerConnection } from "./broker-connection.ts";
import { connectBroker } from "./connect-broker.ts";
import type { CounterSpecification } from "./counter-specification.ts";
import { Deadline } from "./deadline.ts";
import { layouts } from "./layouts/layouts.ts";
import type { QueueLayout } from "./layouts/queue-layout.ts";
import type { DiscoverySpecification, SourceSpecification } from "./queue-specification.ts";
import { BrokerClock } from "./reading/broker-clock.ts";
import { Discovery, type LabelClaims } from "./reading/discovery.ts";
import { ScriptFallback } from "./reading/exchange.ts";
import { readHealth } from "./reading/read-health.ts";
import { type QueueOutcome, type ReadableQueue, readQueues } from "./reading/read-queues.ts";
import { readTotals } from "./reading/read-totals.ts";
import { toReadings } from "./reading/to-reading.ts";
import type { RedisClientLike } from "./redis-client-like.ts";
import { failure, type RedisFailure } from "./redis-reply.ts";

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
  /** Decides which discovered queues are reported. Default: each whose label is not declared on this broker. */
  readonly claims?: LabelClaims | undefined;
  /** Loads ioredis, for connections of our own. Default: `import("ioredis")`. */
  readonly importIoredis?: (() => Promise<unknown>) | undefined;
  /** Unix time in milliseconds. Default: `Date.now`. Ages and due times are measured by the server's clock, not by this one. */
  readonly now?: (() => number) | undefined;
}

/** Reads what lives in one Redis server or Cluster: queues, counters, and the server's own health. */
export interface RedisBroker extends QueueReader {
  /**
   * Adds a queue, all queues of a framework, or a counter; it is part of the next reading, a discovered queue of the one after it
   * was found.
   *
   * @throws TaskVitalsError `DUPLICATE_QUEUE` when the broker has a queue with that label
   */
  add(source: SourceSpecification): void;
  /** Takes the queue with this label away, declared or discovered. Answers whether there was one. */
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
  const importIoredis = dependencies.importIoredis ?? (() => import("ioredis"));
  const connection = await connectBroker(options.connection, path, importIoredis);
  return new PipelinedBroker(name, connection, deadlineMs, dependencies);
}

const STALE = failure("error", "the server is a replica that has lost its master: what it holds is out of date");

class PipelinedBroker implements RedisBroker {
  readonly broker: string;
  readonly #connection: BrokerConnection;
  readonly #deadlineMs: number;
  readonly #onProblem: ProblemListener;
  readonly #now: () => number;
  readonly #claims: LabelClaims;
  readonly #clock: BrokerClock;
  readonly #declared = new Map<string, ReadableQueue>();
  /** Labels of the declared queues by what they are. */
  readonly #identities = new Map<string, string>();
  readonly #counters: CounterSpecification[] = [];
  readonly #discoveries: Discovery[] = [];
  readonly #scripts = new ScriptFallback();
  readonly #reading = new Map<Deadline, Promise<unknown>>();
  #closed = false;

  constructor(
    name: string,
    connection: BrokerConnection,
    deadlineMs: number,
    { onProblem, claims, now = Date.now }: RedisBrokerDependencies,
  ) {
    this.broker = name;
    this.#connection = connection;
    this.#deadlineMs = deadlineMs;
    this.#onProblem = onProblem;
    this.#now = now;
    this.#claims = claims ?? { claim: (label) => !this.has(label), release: () => {} };
    this.#clock = new BrokerClock(now);
  }

  add(source: SourceSpecification): void {
    if (source.kind === "counter") this.#counters.push(source);
    else if (source.kind === "discovery") this.#discover(source);
    else {
      const { label, layout, name, fields } = source;
      if (this.#declared.has(label)) {
        const message = `queues: two queues of broker "${this.broker}" have the label ${JSON.stringify(label)}. Set \`label\` on one of them.`;
        throw new TaskVitalsError("DUPLICATE_QUEUE", message);
      }
      const queue = { label, layout: layouts[layout], name, fields };
      this.#declared.set(label, queue);
      this.#identities.set(identity(queue), label);
      for (const discovery of this.#discoveries) {
        discovery.drop(label);
        discovery.dropQueue(queue);
      }
    }
  }

  remove(label: string): boolean {
    const discovery = this.#discoveries.find((one) => one.has(label));
    discovery?.drop(label);
    const declared = this.#declared.get(label);
    if (declared !== undefined) this.#identities.delete(identity(declared));
    return this.#declared.delete(label) || discovery !== undefined;
  }

  has(label: string): boolean {
    return this.#declared.has(label) || this.#discoveries.some((discovery) => discovery.has(label));
  }

  async read(): Promise<BrokerReading> {
    if (this.#closed) return this.#refuse(failure("refused", "the reader was shut down"));
    using deadline = new Deadline(this.#deadlineMs);
    const reading = this.#read(deadline);
    this.#reading.set(deadline, reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(deadline);
      if (!this.#closed) for (const discovery of this.#discoveries) discovery.surveyWhenDue();
    }
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    this.#connection.close();
    for (const deadline of this.#reading.keys()) deadline.expire();
    await Promise.all([...this.#reading.values(), ...this.#discoveries.map((discovery) => discovery.close())]);
    // A reading that waited for its connection may have listened to it after the first call.
    this.#connection.close();
  }

  async #read(deadline: Deadline): Promise<BrokerReading> {
    const queues = this.#queues();
    try {
      const looked = this.#connection.nodes(deadline).then((nodes) => readHealth(nodes, this.#clock, deadline));
      // The first commands that compare with a time must know what time it is.
      if (!this.#clock.isSet) await Promise.race([looked, this.#clock.known]);
      const exchange = this.#scripts.over((commands) => this.#connection.exchange(commands, deadline));
      const [outcomes, { totals, failures }] = await Promise.all([
        readQueues(queues, exchange, this.#clock.now(), this.#connection.nodeOf?.bind(this.#connection)),
        readTotals(this.#counters, exchange),
      ]);
      const readAtSeconds = this.#now() / 1000;
      const { health, isStale } = await looked;
      if (isStale) return { ...this.#refuse(STALE), health };
      return {
        queues: [...(await toReadings(this.#existing(outcomes), readAtSeconds)), ...failures, ...this.#blindness()],
        totals,
        health,
        unacked: unackedOf(outcomes),
      };
    } catch {
      this.#onProblem("read_queue", `Reading the queues of broker "${this.broker}" failed unexpectedly.`);
      return this.#refuse(failure("error", "the reader failed unexpectedly"));
    }
  }

  #queues(): readonly ReadableQueue[] {
    return [...this.#declared.values(), ...this.#discoveries.flatMap((discovery) => [...discovery.queues])];
  }

  /** A queue that was found and that its framework no longer has is not there any more; the next survey will miss it too. */
  #existing(outcomes: readonly QueueOutcome[]): readonly QueueOutcome[] {
    const isThere = (outcome: QueueOutcome): boolean => "failed" in outcome || outcome.reading.absent === undefined;
    return outcomes.filter((outcome) => isThere(outcome) || this.#declared.has(outcome.queue.label));
  }

  /** The same answer for every queue and counter. */
  #refuse({ reason, detail }: RedisFailure): BrokerReading {
    const labels = [...this.#queues().map(({ label }) => label), ...this.#counters.map(({ queue }) => queue)];
    const queues = labels.map((queue) => ({ ok: false as const, queue, reason, detail }));
    return { queues, totals: [], health: undefined, unacked: undefined };
  }

  #discover({ layout, fields }: DiscoverySpecification): void {
    const discovery = new Discovery({
      layout: layouts[layout] as QueueLayout,
      layoutName: layout,
      fields,
      connection: this.#connection,
      claims: this.#claims,
      isDeclared: (queue) => this.#identities.has(identity(queue)),
      label: labelValue,
    });
    this.#discoveries.push(discovery);
    discovery.surveyWhenDue();
  }

  /** Queues that could not be looked for. */
  #blindness(): BrokerReading["queues"] {
    return this.#discoveries.flatMap(({ failure, label }) =>
      failure === undefined ? [] : [{ ok: false as const, queue: label, ...failure }],
    );
  }
}

/** Two queues of which this is the same are the same queue, whatever their labels. */
function identity({ layout, name, fields }: ReadableQueue): string {
  return JSON.stringify([layout.framework, name, Object.entries(fields).sort()]);
}

/** Several queues may share a store of unacknowledged tasks. */
function unackedOf(outcomes: readonly QueueOutcome[]): number | undefined {
  const stores = new Map<string, number>();
  for (const outcome of outcomes) {
    const unacked = "reading" in outcome ? outcome.reading.unacked : undefined;
    if (unacked !== undefined) stores.set(unacked.key, unacked.count);
  }
  return stores.size === 0 ? undefined : [...stores.values()].reduce((sum, count) => sum + count, 0);
}
