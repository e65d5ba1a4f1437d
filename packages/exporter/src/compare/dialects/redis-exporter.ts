import type { Dialect } from "../measure.ts";

const SIZE = "redis_key_size";

/** Keys of queues, as the frameworks name them; what stands for the queue is the first group. */
const KEYS: readonly RegExp[] = [
  // A list of Celery's for a priority has the name of the queue, a separator and the step.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what kombu writes between them
  /^(.+)\x06\x16\d+$/,
  /^rq:queue:(.+)$/,
  /^asynq:\{(.+)\}:pending$/,
  /^dramatiq:(.+)$/,
  /^resque:queue:(.+)$/,
  /^queue:(.+)$/,
  /^[^:]+:(.+):(?:wait|prioritized|paused)$/,
];

/** https://github.com/oliver006/redis_exporter with `--check-keys` or `--check-single-keys`. */
export const redisExporter: Dialect = {
  name: "redis_exporter",
  metrics: [SIZE],
  isWider: true,
  notes: { ready: "redis_exporter has the sizes of the keys that it is told, and none of a key that is empty." },
  measures: (samples, ourQueues) =>
    samples.flatMap(({ labels: { key }, name, value }) =>
      name === SIZE && key !== undefined ? [{ question: "ready" as const, queue: queueOf(key, ourQueues), value }] : [],
    ),
};

/** A plain list has the name of its key. */
function queueOf(key: string, ourQueues: ReadonlySet<string>): string {
  if (ourQueues.has(key)) return key;
  for (const pattern of KEYS) {
    const [, queue] = pattern.exec(key) ?? [];
    if (queue !== undefined) return queue;
  }
  return key;
}
