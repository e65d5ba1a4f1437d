import type { RedisNodeLike, RedisPipelineLike } from "./redis-client-like.ts";

interface Queue {
  readonly length: number;
  peekAt(index: number): { readonly command?: unknown } | undefined;
}

/** The queues of an ioredis 5 or 6 client: what was sent, what waits for a connection, and what will be sent again. */
interface Queues {
  readonly commandQueue?: Queue | null;
  readonly offlineQueue?: Queue | null;
  readonly prevCommandQueue?: Queue | null;
}

/** The last command of a pipeline, when this client shows it. */
export function lastCommand(pipeline: RedisPipelineLike): unknown {
  return (pipeline as { readonly _queue?: readonly unknown[] })._queue?.at(-1);
}

/**
 * Whether a client still holds a command, sent or waiting.
 *
 * The promise of a pipeline does not tell: with the option `commandTimeout` it settles while the command stays in the queue,
 * and without `autoResendUnfulfilledCommands` a lost connection drops the command and the promise never settles. A server
 * answers in order, so the last command of a pipeline stands for all of it.
 */
export function holds(client: RedisNodeLike, command: unknown): boolean {
  const { commandQueue, offlineQueue, prevCommandQueue } = client as Queues;
  return [commandQueue, offlineQueue, prevCommandQueue].some((queue) => {
    for (let index = 0; index < (queue?.length ?? 0); index++) {
      if (queue?.peekAt(index)?.command === command) return true;
    }
    return false;
  });
}
