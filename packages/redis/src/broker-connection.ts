import type { Deadline } from "./deadline.ts";
import type { RedisCommand } from "./layouts/queue-layout.ts";
import type { RedisReply } from "./redis-reply.ts";

/** A way to a broker, be it one server or a Cluster, through a connection of our own or the caller's. */
export interface BrokerConnection {
  /**
   * Sends the commands, in as few round trips as the broker allows, and answers for each in their order, within the deadline.
   * Never rejects. While an earlier exchange with a server is unanswered, nothing more is sent to that server.
   */
  exchange(commands: readonly RedisCommand[], deadline: Deadline): Promise<readonly RedisReply[]>;
  /** Closes what was opened for it, and takes its listeners off what was not. Idempotent. */
  close(): void;
}
