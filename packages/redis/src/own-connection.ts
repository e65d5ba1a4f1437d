import type { BrokerConnection, BrokerNode } from "./broker-connection.ts";
import { commandWords, type Words } from "./command-words.ts";
import type { Deadline } from "./deadline.ts";
import { Lane } from "./lane.ts";
import type { RedisCommand } from "./layouts/queue-layout.ts";
import { rawPipelines } from "./raw-pipeline.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import { connectionFailure, cutConnection, failure, type RedisFailure, type RedisReply } from "./redis-reply.ts";

/** A client of our own, which connects once: it does not reconnect by itself. */
export interface OwnClient extends RedisNodeLike {
  /** Ends the client and settles what it was sent. */
  disconnect(): void;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
const HANDSHAKE_MS = 5000;
const TIMEOUTS_BEFORE_REPLACEMENT = 3;

/**
 * Our own connection to one server. It is kept open by a row of clients, each used until its first failure; no timer or socket
 * of it keeps the process alive.
 */
export class OwnConnection implements BrokerConnection {
  readonly keyPrefix: string = "";
  readonly #open: () => OwnClient;
  #current: { readonly client: OwnClient; readonly lane: Lane } | undefined;
  #failure: RedisFailure = failure("refused", "no connection to the server");
  #retries = 0;
  #timeouts = 0;
  #counted: Deadline | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Connects at once, in the background; whether that succeeds shows in the readings. */
  constructor(open: () => OwnClient) {
    this.#open = open;
    this.#connect();
  }

  async nodes(): Promise<readonly BrokerNode[]> {
    return [{ id: "", exchange: (commands, deadline, onSend) => this.#send(commands, deadline, onSend) }];
  }

  exchange(commands: readonly RedisCommand[], deadline: Deadline): Promise<readonly RedisReply[]> {
    return this.#send(
      commands.map((command) => commandWords(command, command[1])),
      deadline,
    );
  }

  close(): void {
    this.#drop(failure("refused", "the reader was shut down"));
  }

  async #send(commands: readonly Words[], deadline: Deadline, onSend?: () => void): Promise<readonly RedisReply[]> {
    const current = this.#current;
    if (current === undefined) return commands.map(() => this.#failure);
    const replies = await current.lane.exchange(commands, deadline, onSend);
    if (current !== this.#current) return replies.map((reply) => this.#explain(reply));
    if (!deadline.patient) this.#countTimeout(current.lane, deadline);
    return replies;
  }

  /** A reading that went unanswered counts once, however many exchanges it had. */
  #countTimeout(lane: Lane, deadline: Deadline): void {
    if (!lane.overdue) this.#timeouts = 0;
    else if (deadline !== this.#counted) this.#timeouts += 1;
    this.#counted = deadline;
    if (this.#timeouts >= TIMEOUTS_BEFORE_REPLACEMENT) this.#replace();
  }

  #connect(): void {
    const client = this.#open();
    const current = { client, lane: new Lane(client, rawPipelines(client)) };
    this.#current = current;
    // Any error is the end, even where ioredis would go on: after a refused SELECT it would read another database.
    const lost = (reason: RedisFailure): void => {
      if (current === this.#current) this.#retryAfter(reason);
    };
    client.on("error", (error) => lost(connectionFailure(error)));
    client.once("end", () => lost(failure("refused", cutConnection("the connection was closed"))));
    client.once("ready", () => {
      if (current !== this.#current) return;
      clearTimeout(this.#timer);
      this.#retries = 0;
    });
    const slow = failure("timeout", "the server did not complete the handshake in time");
    this.#timer = setTimeout(() => lost(slow), HANDSHAKE_MS).unref();
  }

  #replace(): void {
    this.#drop(failure("timeout", "no answer in time"));
    this.#connect();
  }

  #retryAfter(reason: RedisFailure): void {
    this.#drop(reason);
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.#retries, LAST_RETRY_MS);
    this.#retries += 1;
    this.#timer = setTimeout(() => this.#connect(), delay).unref();
  }

  #drop(reason: RedisFailure): void {
    clearTimeout(this.#timer);
    const dropped = this.#current;
    this.#current = undefined;
    this.#failure = reason;
    this.#timeouts = 0;
    dropped?.client.disconnect();
  }

  /** What happened to the connection says more than what its client says about a command. */
  #explain(reply: RedisReply): RedisReply {
    return reply.ok || reply.reason !== "refused" ? reply : this.#failure;
  }
}
