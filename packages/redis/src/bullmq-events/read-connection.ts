import type { EventClient } from "../celery-events/event-client.ts";
import { connectionFailure } from "../redis-reply.ts";

/** Answers to commands, in their order. */
export type Replies = readonly (readonly [error: Error | null, result: unknown])[];

/** Why a connection is of no more use, in one line free of credentials. */
export class LostConnection extends Error {}

const HANDSHAKE_MS = 5000;
const ANSWER_MS = 5000;

/** A connection that is used for one exchange after the other, until its first failure. Nothing of it keeps the process alive. */
export class ReadConnection {
  readonly #client: EventClient;
  #reject: ((reason: LostConnection) => void) | undefined;
  #lost: LostConnection | undefined;

  /** Takes a client that connects already. */
  constructor(client: EventClient) {
    this.#client = client;
    client.on("error", (error: Error) => this.#lose(connectionFailure(error).detail));
    client.on("end", () => this.#lose("the connection was closed"));
  }

  /**
   * Waits until it can be used.
   *
   * @throws LostConnection
   */
  ready(): Promise<void> {
    if (this.#client.status === "ready") return Promise.resolve();
    return this.#within(
      HANDSHAKE_MS,
      () => new Promise<void>((resolve) => void this.#client.on("ready", () => resolve())),
    );
  }

  /**
   * Sends commands and waits for their answers.
   *
   * @param blockMs - how long they may block at most
   * @throws LostConnection
   */
  exchange(commands: readonly (readonly (string | number)[])[], blockMs = 0): Promise<Replies> {
    return this.#within(blockMs + ANSWER_MS, async () => {
      const replies = await this.#client.pipeline(commands.map((words) => [...words])).exec();
      return replies ?? [];
    });
  }

  /** Ends it; an exchange that is under way fails. Idempotent. */
  close(): void {
    this.#lose("the connection was closed");
  }

  #lose(why: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = new LostConnection(why);
    this.#reject?.(this.#lost);
    this.#client.disconnect();
  }

  /** ioredis does not settle what a lost connection has dropped. */
  #within<T>(ms: number, act: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      const timer = setTimeout(() => this.#lose("the server does not answer"), ms).unref();
      const over = (): void => {
        clearTimeout(timer);
        this.#reject = undefined;
      };
      this.#reject = (reason) => {
        over();
        reject(reason);
      };
      act().then(
        (value) => {
          if (this.#lost !== undefined) return;
          over();
          resolve(value);
        },
        (error: Error) => this.#lose(connectionFailure(error).detail),
      );
    });
  }
}
