import { setTimeout as wait } from "node:timers/promises";
import { createRedisBroker, parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import type { RedisServer } from "../../test/services/index.ts";
import { describeMixed, fillMixed } from "./mixed-queues.ts";
import { countRoundTrips } from "./round-trips.ts";

/** How often a reading waits for the server: the first, which has to ask for the time, and those after it. */
export async function waitsOfReading(redis: RedisServer, queues: number): Promise<{ first: number; steady: number }> {
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(new Redis(`${redis.url}/15`), (connection) => connection.disconnect());
  await fillMixed(client, queues);
  const counter = stack.use(await countRoundTrips(redis.port));
  const broker = await createRedisBroker(
    { name: "default", connection: `${counter.url}/15`, deadlineMs: 10_000, path: "redis" },
    { onProblem: () => {} },
  );
  for (const queue of describeMixed(queues)) broker.add(parseQueue(queue, "queues"));
  // Connecting waits for the server as well.
  await wait(500);
  const trips: number[] = [];
  for (let round = 0; round < 3; round++) {
    counter.take();
    const reading = await broker.read();
    if (!reading.queues.every((queue) => queue.ok)) throw new Error("A queue could not be read.");
    trips.push(counter.take());
  }
  await broker.shutdown();
  await client.flushdb();
  const [first = 0, ...others] = trips;
  return { first, steady: Math.max(...others) };
}
