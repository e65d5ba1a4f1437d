import type { Words } from "./command-words.ts";
import type { Deadline } from "./deadline.ts";
import type { RedisCommand } from "./layouts/queue-layout.ts";
import type { RedisReply } from "./redis-reply.ts";

/** One server of a broker. */
export interface BrokerNode {
  /** Tells the servers of a broker apart. */
  readonly id: string;
  /**
   * Sends commands that name no key, or keys with every prefix in them. As {@link BrokerConnection.exchange} otherwise.
   *
   * @param onSend - called when they go out, after any wait for the connection; not at all when they do not
   */
  exchange(commands: readonly Words[], deadline: Deadline, onSend?: () => void): Promise<readonly RedisReply[]>;
}

/** A way to a broker, be it one server or a Cluster, through a connection of our own or the caller's. */
export interface BrokerConnection {
  /** What the client puts in front of every key. */
  readonly keyPrefix: string;
  /** The servers that hold data; empty when that is not known within the deadline. Never rejects. */
  nodes(deadline: Deadline): Promise<readonly BrokerNode[]>;
  /**
   * Sends the commands, in as few round trips as the broker allows, and answers for each in their order, within the deadline.
   * Never rejects. Exchanges that share a deadline are one reading and go out one behind the other; while one of another
   * reading is unanswered, nothing more is sent to that server.
   */
  exchange(commands: readonly RedisCommand[], deadline: Deadline): Promise<readonly RedisReply[]>;
  /** Which of several servers holds a key, by the id of its node; left out where there is one. */
  nodeOf?(key: string): string;
  /** Closes what was opened for it, and takes its listeners off what was not. Idempotent. */
  close(): void;
}
