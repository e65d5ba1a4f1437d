import type { Deadline } from "./deadline.ts";
import type { RedisClientLike } from "./redis-client-like.ts";
import { failure, type RedisFailure } from "./redis-reply.ts";

/** Waits for a client once, however many exchanges of a reading wait for it. */
export class ClientReadiness {
  readonly #client: RedisClientLike;
  #waiting: { readonly deadline: Deadline; readonly outcome: Promise<RedisFailure | undefined> } | undefined;

  /** Waits for nothing yet. */
  constructor(client: RedisClientLike) {
    this.#client = client;
  }

  /** As {@link untilReady}. */
  async until(deadline: Deadline): Promise<RedisFailure | undefined> {
    if (this.#client.status === "ready") return undefined;
    if (this.#waiting?.deadline !== deadline) {
      this.#waiting = { deadline, outcome: untilReady(this.#client, deadline) };
    }
    const waiting = this.#waiting;
    const obstacle = await waiting.outcome;
    if (this.#waiting === waiting) this.#waiting = undefined;
    return obstacle;
  }
}

const OUTCOMES = ["ready", "close", "end"] as const;

/**
 * Waits until a client that is connecting is connected, and connects one that was made with `lazyConnect`: whoever gives us a
 * client wants it used. Leaves no listener behind.
 *
 * @returns why the client cannot be used now; `undefined` when it can
 */
async function untilReady(client: RedisClientLike, deadline: Deadline): Promise<RedisFailure | undefined> {
  if (client.status === "wait") client.connect().catch(() => {});
  if (isConnecting(client)) {
    const outcome = Promise.withResolvers<void>();
    const settle = (): void => outcome.resolve();
    for (const event of OUTCOMES) client.once(event, settle);
    await deadline.race(outcome.promise);
    for (const event of OUTCOMES) client.removeListener(event, settle);
  }
  if (client.status === "ready") return undefined;
  if (isConnecting(client)) return failure("timeout", `the connection was not ready in time${tlsHint(client)}`);
  return failure("refused", `no connection to the server: the client says "${client.status}"`);
}

/** A server without TLS waits for the rest of what it takes for a command. */
function tlsHint(client: RedisClientLike): string {
  const wantsTls = "tls" in client.options && client.options.tls !== undefined;
  return wantsTls && client.status === "connecting" ? "; does the server speak TLS there?" : "";
}

function isConnecting(client: RedisClientLike): boolean {
  return client.status === "connecting" || client.status === "connect";
}
