import type { QueueSpecification } from "../queue-specification.ts";

/** One command to Redis: its name in lower case, the key that it reads, then further arguments. Never one that writes. */
export type RedisCommand = readonly [name: string, key: string, ...args: string[]];

/** How a framework lays a queue out in Redis. A layout is stateless: what to ask, and what the answers mean. */
export interface QueueLayout {
  /** The commands that read the queue, each O(1) or O(log n); all queues of a server go out in one pipeline. */
  commands(queue: QueueSpecification): readonly RedisCommand[];
  /**
   * The number of tasks that are ready to run.
   *
   * @param values - the replies to {@link QueueLayout.commands}, in order, none of them an error
   * @returns `undefined` when the replies are not what the layout expects
   */
  interpret(values: readonly unknown[]): number | undefined;
}
