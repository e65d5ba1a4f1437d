import {
  createRedisBroker,
  parseQueue,
  type RedisBroker,
  type RedisBrokerDependencies,
  type RedisConnectionOptions,
} from "@taskvitals/redis";

/** A broker with its queues, shut down at the end of the test. */
export interface OpenBroker extends RedisBroker, AsyncDisposable {
  /** Reads and answers, for each queue, its length or why there is none. */
  lengths(): Promise<Record<string, number | string | undefined>>;
  /** What was reported as a failure of the reader itself. */
  readonly problems: readonly string[];
}

/** Opens a broker with lists of the given names. */
export async function openBroker(
  connection: RedisConnectionOptions["connection"],
  queues: readonly string[],
  options: Partial<RedisConnectionOptions & RedisBrokerDependencies> = {},
): Promise<OpenBroker> {
  const problems: string[] = [];
  const broker = await createRedisBroker(
    // Generous, so that a busy machine is not taken for a slow server.
    { name: "default", connection, path: "redis", deadlineMs: 5_000, ...options },
    { onProblem: (_, message) => problems.push(message), ...options },
  );
  for (const name of queues) broker.add(parseQueue(`list:${name}`, "queues"));
  return Object.assign(broker, {
    problems,
    lengths: async () =>
      Object.fromEntries(
        (await broker.read()).queues.map((result) => [result.queue, result.ok ? result.ready : result.reason]),
      ),
    [Symbol.asyncDispose]: () => broker.shutdown(),
  });
}
