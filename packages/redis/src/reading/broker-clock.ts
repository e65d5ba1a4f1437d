import type { RedisReply } from "../redis-reply.ts";

/**
 * The clock of the Redis server, followed from here: due times and stamps in Redis are compared with it, so that a clock of this machine that
 * is wrong does no harm.
 */
export class BrokerClock {
  readonly #fallback: () => number;
  /** The server's Unix time minus our monotonic time, in milliseconds. */
  #offset: number | undefined;
  #isSet = false;
  readonly #known = Promise.withResolvers<void>();

  /**
   * Follows nothing yet.
   *
   * @param fallback - Unix time in milliseconds, for servers that do not tell theirs
   */
  constructor(fallback: () => number) {
    this.#fallback = fallback;
  }

  /** Whether the server's time is known, or known not to be told. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Resolves when it is. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  /** The server's time, Unix milliseconds. */
  now(): number {
    return this.#offset === undefined ? this.#fallback() : performance.now() + this.#offset;
  }

  /** Takes the reply to `TIME`, asked at a monotonic time and answered now. */
  set(reply: RedisReply, askedAt: number): void {
    if (!reply.ok) {
      // Who may not ask for the time, or asks a server that does not know the command, never will be told; a server that does not answer may
      // do so next time.
      if (reply.reason === "auth" || /^ERR unknown command/i.test(reply.detail)) this.#settle();
      return;
    }
    const [seconds, microseconds] = Array.isArray(reply.value) ? reply.value.map(Number) : [];
    const time = (seconds ?? Number.NaN) * 1000 + (microseconds ?? Number.NaN) / 1000;
    if (!Number.isFinite(time)) return;
    this.#offset = time - (askedAt + performance.now()) / 2;
    this.#settle();
  }

  #settle(): void {
    this.#isSet = true;
    this.#known.resolve();
  }
}
