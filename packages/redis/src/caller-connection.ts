import type { BrokerConnection, BrokerNode } from "./broker-connection.ts";
import { commandWords } from "./command-words.ts";
import type { Deadline } from "./deadline.ts";
import { Lane } from "./lane.ts";
import type { RedisCommand } from "./layouts/queue-layout.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import type { RedisReply } from "./redis-reply.ts";

/** The caller's client of one server, or of the server that its Sentinels name. */
export class CallerConnection implements BrokerConnection {
  readonly keyPrefix: string;
  readonly #lane: Lane;

  /** Takes a client that stays the caller's. */
  constructor(client: RedisNodeLike) {
    this.keyPrefix = client.options.keyPrefix ?? "";
    this.#lane = new Lane(client);
  }

  async nodes(): Promise<readonly BrokerNode[]> {
    return [{ id: "", exchange: (commands, deadline, onSend) => this.#lane.exchange(commands, deadline, onSend) }];
  }

  exchange(commands: readonly RedisCommand[], deadline: Deadline): Promise<readonly RedisReply[]> {
    return this.#lane.exchange(
      commands.map((command) => commandWords(command, command[1])),
      deadline,
    );
  }

  close(): void {
    this.#lane.close();
  }
}
