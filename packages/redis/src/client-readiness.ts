import type { Deadline } from "./deadline.ts";
import type { RedisClientLike } from "./redis-client-like.ts";
import { failure, type RedisFailure } from "./redis-reply.ts";

const OUTCOMES = ["ready", "close", "end"] as const;

/**
 * Waits until a client that is connecting is connected, and connects one that was made with `lazyConnect`: whoever gives us a
 * client wants it used. Leaves no listener behind.
 *
 * @returns why the client cannot be used now; `undefined` when it can
 */
export async function untilReady(client: RedisClientLike, deadline: Deadline): Promise<RedisFailure | undefined> {
  if (client.status === "wait") client.connect().catch(() => {});
  if (isConnecting(client)) {
    const outcome = Promise.withResolvers<void>();
    const settle = (): void => outcome.resolve();
    for (const event of OUTCOMES) client.once(event, settle);
    await deadline.race(outcome.promise);
    for (const event of OUTCOMES) client.removeListener(event, settle);
  }
  if (client.status === "ready") return undefined;
  if (isConnecting(client)) return failure("timeout", "the connection was not ready in time");
  return failure("refused", `no connection to the server: the client says "${client.status}"`);
}

function isConnecting(client: RedisClientLike): boolean {
  return client.status === "connecting" || client.status === "connect";
}
