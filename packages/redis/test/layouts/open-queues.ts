import type { QueueReading } from "@taskvitals/core";
import { createRedisBroker, parseQueue, type RedisConnectionOptions } from "@taskvitals/redis";
import { expect } from "vitest";

/** Queues of one server, read as an application would have them read. */
export interface OpenQueues extends AsyncDisposable {
  /** What the queue with this label, by default the first, has to say. Rejects when it could not be read. */
  read(label?: string): Promise<QueueReading>;
  /** Labels of all queues that were read. */
  labels(): Promise<string[]>;
}

/** A queue in its short form, or as an object with the fields of its layout. */
export type Description = string | Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** Opens a broker with the described queues. */
export async function openQueues(
  connection: RedisConnectionOptions["connection"],
  ...descriptions: readonly Description[]
): Promise<OpenQueues> {
  const broker = await createRedisBroker(
    // Generous, so that a busy machine is not taken for a slow server.
    { name: "default", connection, path: "redis", deadlineMs: 10_000 },
    {
      onProblem: (operation, message) => {
        throw new Error(`${operation}: ${message}`);
      },
    },
  );
  for (const description of descriptions) broker.add(parseQueue(description as string, "queues"));
  return {
    async read(label) {
      const { queues } = await broker.read();
      const found = label === undefined ? queues[0] : queues.find(({ queue }) => queue === label);
      if (found?.ok !== true) throw new Error(`${label ?? "the queue"} was not read: ${JSON.stringify(found)}`);
      return found;
    },
    labels: async () => (await broker.read()).queues.map(({ queue }) => queue).sort(),
    [Symbol.asyncDispose]: () => broker.shutdown(),
  };
}

/**
 * Matches an age of so many seconds and what the test itself took; a little less too: the test's clock and the server's
 * are read apart, and frameworks write milliseconds.
 */
export function about(seconds: number): unknown {
  return expect.toSatisfy((age: unknown) => typeof age === "number" && age >= seconds - 0.05 && age < seconds + 15);
}

/**
 * Reads an age, which must be that of what is ready since `since`, Unix seconds: no less than before the reading, no more than after it.
 * What the clocks may differ by is a little, and not known better than the time that an answer took.
 */
export async function expectAgeSince(since: number, age: () => Promise<number | undefined>): Promise<void> {
  const before = Date.now() / 1000;
  const read = await age();
  const after = Date.now() / 1000;
  const slack = 0.05 + (after - before) / 2;
  expect(read).toBeGreaterThanOrEqual(before - since - slack);
  expect(read).toBeLessThanOrEqual(after - since + slack);
}
