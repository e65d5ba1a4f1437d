import type { Redis } from "ioredis";
import type { QueueOptions } from "taskvitals";
import { type KeyWriter, WRITERS, writeSigns } from "./layout-keys.ts";

/** Tasks that are ready in every queue. */
export const READY_TASKS = 3;

/** A queue to declare, and how its framework would have filled it. */
interface MixedQueue {
  readonly options: QueueOptions;
  readonly write: KeyWriter;
}

/** As many queues, spread evenly over all layouts; the same ones each time. */
function mixedQueues(count: number): readonly MixedQueue[] {
  const layouts = Object.keys(WRITERS) as (keyof typeof WRITERS)[];
  return Array.from({ length: count }, (_, index) => {
    const layout = layouts[index % layouts.length] as keyof typeof WRITERS;
    const { fields, write } = WRITERS[layout];
    return { options: { layout, name: `orders_${layout}_${index}`, ...fields }, write };
  });
}

/** The queues as a user declares them. */
export function describeMixed(count: number): readonly QueueOptions[] {
  return mixedQueues(count).map(({ options }) => options);
}

/** As many plain lists, as a user declares them. */
export function describeLists(count: number): readonly QueueOptions[] {
  return Array.from({ length: count }, (_, index) => ({ layout: "list", name: `jobs:${index}` }));
}

/** Writes what the frameworks of as many queues keep. */
export async function fillMixed(redis: Redis, count: number): Promise<void> {
  const now = Date.now();
  let pipeline = redis.pipeline();
  writeSigns(pipeline, now);
  for (const [index, { options, write }] of mixedQueues(count).entries()) {
    write(pipeline, options.name, READY_TASKS, now);
    if (index % 100 === 0) {
      await pipeline.exec();
      pipeline = redis.pipeline();
    }
  }
  await pipeline.exec();
}

/** Writes as many plain lists. */
export async function fillLists(redis: Redis, count: number): Promise<void> {
  const tasks = Array.from({ length: READY_TASKS }, (_, index) => `{"id":${index}}`);
  const pipeline = redis.pipeline();
  for (const { name } of describeLists(count)) pipeline.lpush(name, ...tasks);
  await pipeline.exec();
}
