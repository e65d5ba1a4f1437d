import { newSlotId } from "@taskvitals/core";
import { openRedisSlotStore, type RedisSlotStore, type RedisSlotStoreOptions } from "@taskvitals/redis";

/** A store that is closed at the end of its block. */
export interface OpenStore extends AsyncDisposable {
  readonly store: RedisSlotStore;
  readonly namespace: string;
  /** What every key of it begins with, but for a prefix of the client. */
  readonly keys: string;
  /** What was reported. */
  readonly problems: readonly string[];
}

/** Opens a store in a namespace of its own. */
export async function openStore(
  connection: RedisSlotStoreOptions["connection"],
  options: Partial<RedisSlotStoreOptions> = {},
): Promise<OpenStore> {
  const problems: string[] = [];
  const { namespace = newSlotId() } = options;
  const store = await openRedisSlotStore({
    connection,
    path: "redis",
    // Generous, so that a busy machine is not taken for a slow server.
    deadlineMs: 10_000,
    onProblem: (operation, message) => problems.push(`${operation}: ${message}`),
    ...options,
    namespace,
  });
  return {
    store,
    namespace,
    keys: `taskvitals:{${namespace}}:1:`,
    problems,
    [Symbol.asyncDispose]: () => store.shutdown(),
  };
}
