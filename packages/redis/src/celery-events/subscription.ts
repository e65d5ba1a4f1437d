import { connectionFailure, replyFailure } from "../redis-reply.ts";
import type { EventClient } from "./event-client.ts";

/** What {@link Subscription} needs. */
export interface SubscriptionOptions {
  readonly open: () => EventClient;
  readonly patterns: readonly string[];
  readonly channels: readonly string[];
  readonly onMessage: (message: string) => void;
  /** Told when messages come from now on. */
  readonly onConnected: () => void;
  /** Told when they come no more, or could not be subscribed to; once per interruption, with the reason in one line. */
  readonly onLost: (why: string) => void;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
const HANDSHAKE_MS = 5000;
const PING_AFTER_MS = 10_000;
const PONG_WITHIN_MS = 5000;

/** Stays subscribed through a row of clients, each used until its first failure; no timer or socket of it keeps the process alive. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  #client: EventClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retries = 0;
  #connected = false;
  #complained = false;
  #closed = false;
  #heard = false;

  /** Connects at once, in the background. */
  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Whether messages come. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Ends it. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #connect(): void {
    const client = this.#options.open();
    this.#client = client;
    const lost = (why: string): void => {
      if (client === this.#client) this.#retry(why);
    };
    client.on("error", (error: Error) => lost(connectionFailure(error).detail));
    client.on("end", () => lost("the connection was closed"));
    client.on("ready", () => void this.#subscribe(client, lost));
    const take = (message: string): void => {
      if (client !== this.#client) return;
      this.#heard = true;
      this.#options.onMessage(message);
    };
    client.on("pmessage", (_pattern: string, _channel: string, message: string) => take(message));
    client.on("message", (_channel: string, message: string) => take(message));
    this.#timer = setTimeout(() => lost("the server did not answer in time"), HANDSHAKE_MS).unref();
  }

  async #subscribe(client: EventClient, lost: (why: string) => void): Promise<void> {
    const { patterns, channels, onConnected } = this.#options;
    try {
      await Promise.all([client.psubscribe(...patterns), client.subscribe(...channels)]);
    } catch (error) {
      lost(replyFailure(error as Error).detail);
      return;
    }
    if (client !== this.#client) return;
    clearTimeout(this.#timer);
    this.#retries = 0;
    this.#complained = false;
    this.#connected = true;
    onConnected();
    this.#watch(client, lost);
  }

  /** A server that vanished without a word leaves a subscriber waiting for ever. */
  #watch(client: EventClient, lost: (why: string) => void): void {
    this.#heard = false;
    this.#timer = setTimeout(() => {
      if (this.#heard) {
        this.#watch(client, lost);
        return;
      }
      this.#timer = setTimeout(() => lost("the server does not answer"), PONG_WITHIN_MS).unref();
      client.ping().then(
        () => {
          if (client !== this.#client) return;
          clearTimeout(this.#timer);
          this.#watch(client, lost);
        },
        () => {},
      );
    }, PING_AFTER_MS).unref();
  }

  #retry(why: string): void {
    this.#drop();
    if (this.#closed) return;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.#retries, LAST_RETRY_MS);
    this.#retries += 1;
    this.#timer = setTimeout(() => this.#connect(), delay).unref();
    if (this.#complained) return;
    this.#complained = true;
    this.#options.onLost(why);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    this.#connected = false;
    client?.disconnect();
  }
}
