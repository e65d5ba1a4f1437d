import { type BrokerReading, type QueueReader, TaskVitalsError } from "@taskvitals/core";
import {
  createRedisBroker,
  type RedisBroker,
  type RedisBrokerDependencies,
  type RedisClientLike,
  type SourceSpecification,
} from "@taskvitals/redis";

/** A client of the caller's, or one that is still to come. */
export type BorrowedClient = RedisClientLike | PromiseLike<RedisClientLike>;

/** What {@link BorrowedClients} needs. */
export interface BorrowedClientsOptions extends RedisBrokerDependencies {
  readonly deadlineMs: number;
  /** Called when there is something new to read. */
  readonly onChange: () => void;
}

/** The reader of one client, which all queues share that were given this client. */
interface Shared {
  readonly opening: Promise<RedisBroker>;
  users: number;
}

/** A source, and who reads it once its client has come. */
interface Loan {
  readonly source: SourceSpecification;
  broker: RedisBroker | undefined;
  giveBack: () => Promise<void>;
}

const NOTHING: BrokerReading = { queues: [], totals: [], health: undefined, unacked: undefined };

/** Queues that are read over clients which applications have anyway, such as that of a BullMQ `Queue`. */
export class BorrowedClients {
  readonly #options: BorrowedClientsOptions;
  readonly #loans = new Set<Loan>();
  /** By the broker's name and client. */
  readonly #shared = new Map<string, Map<RedisClientLike, Shared>>();
  #closed = false;

  /** Holds none yet. */
  constructor(options: BorrowedClientsOptions) {
    this.#options = options;
  }

  /** Reads the source over the client as soon as it is there; until then its readings fail. */
  add(source: SourceSpecification, client: BorrowedClient): void {
    if (this.#closed) return;
    const loan: Loan = { source, broker: undefined, giveBack: async () => {} };
    this.#loans.add(loan);
    void this.#open(loan, client);
  }

  /** Ends the queue with this label, and gives its client back when no other needs it. Answers whether there was one. */
  drop(label: string): boolean {
    const loans = [...this.#loans];
    const removed = loans.map(({ broker }) => broker?.remove(label) === true).includes(true);
    const loan = loans.find(({ source }) => source.kind === "queue" && source.label === label);
    if (loan === undefined) return removed;
    this.#loans.delete(loan);
    void loan.giveBack();
    return true;
  }

  /**
   * Who reads now. Only the first reader of a broker tells its health.
   *
   * @param told - names of the brokers whose health somebody else tells
   */
  *readers(told: ReadonlySet<string>): Iterable<QueueReader> {
    const names = new Set(told);
    for (const broker of new Set([...this.#loans].map((loan) => loan.broker))) {
      if (broker === undefined) continue;
      yield names.has(broker.broker) ? withoutHealth(broker) : broker;
      names.add(broker.broker);
    }
    for (const { source, broker } of this.#loans) if (broker === undefined) yield awaited(source);
  }

  /** Gives all clients back. */
  async shutdown(): Promise<void> {
    this.#closed = true;
    const loans = [...this.#loans];
    this.#loans.clear();
    await Promise.all(loans.map((loan) => loan.giveBack()));
  }

  async #open(loan: Loan, given: BorrowedClient): Promise<void> {
    const { source } = loan;
    try {
      const client = await given;
      if (!this.#loans.has(loan)) return;
      const shared = this.#share(source.broker, client);
      loan.giveBack = () => this.#giveBack(source.broker, client, shared);
      const broker = await shared.opening;
      // While it was opened somebody may have dropped it.
      if (!this.#loans.has(loan)) return;
      broker.add(source);
      loan.broker = broker;
    } catch (error) {
      // Set-up errors are made to be shown and hold no credential; others might.
      const reason = error instanceof TaskVitalsError ? error.message : "Its connection could not be opened.";
      this.#options.onProblem("read_queue", `A queue is not read over the client given for it. ${reason}`);
    }
    this.#options.onChange();
  }

  #share(name: string, client: RedisClientLike): Shared {
    const { deadlineMs, ...dependencies } = this.#options;
    const known = this.#shared.get(name) ?? new Map<RedisClientLike, Shared>();
    this.#shared.set(name, known);
    let shared = known.get(client);
    if (shared === undefined) {
      const path = "queues.add(queue, client)";
      shared = { opening: createRedisBroker({ name, connection: client, path, deadlineMs }, dependencies), users: 0 };
      known.set(client, shared);
    }
    shared.users += 1;
    return shared;
  }

  async #giveBack(name: string, client: RedisClientLike, shared: Shared): Promise<void> {
    shared.users -= 1;
    if (shared.users > 0) return;
    this.#shared.get(name)?.delete(client);
    const broker = await shared.opening.catch(() => undefined);
    await broker?.shutdown();
  }
}

/** The reader without what another one of the same broker tells already. */
function withoutHealth(reader: QueueReader): QueueReader {
  return {
    broker: reader.broker,
    has: (label) => reader.has(label),
    read: async () => ({ ...(await reader.read()), health: undefined, unacked: undefined }),
    shutdown: () => reader.shutdown(),
  };
}

/** Stands in for a reader whose client is not connected yet. */
function awaited(source: SourceSpecification): QueueReader {
  const queues: BrokerReading["queues"] =
    source.kind === "queue"
      ? [{ ok: false, queue: source.label, reason: "refused", detail: "no connection to the server yet" }]
      : [];
  return {
    broker: source.broker,
    has: (label) => source.kind === "queue" && source.label === label,
    read: async () => ({ ...NOTHING, queues }),
    shutdown: async () => {},
  };
}
