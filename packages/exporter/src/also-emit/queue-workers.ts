import type { WorkerAnswer } from "@taskvitals/redis";

/** What is known of the workers of a queue. */
export interface QueueWorkers {
  readonly workers: number;
  /** Tasks that they can run at once. */
  readonly processes: number;
}

const MAX_QUEUES = 1000;

/** The workers of each queue by what they answered; a queue whose last worker went has none, which is not the same as unknown. */
export class WorkersByQueue {
  readonly #queues = new Set<string>();

  /** Empty where nobody has answered yet. One that takes from several queues counts in each, with all that it can run. */
  count(answers: ReadonlyMap<string, WorkerAnswer>): ReadonlyMap<string, QueueWorkers> {
    const found = new Map<string, QueueWorkers>();
    for (const queue of this.#queues) found.set(queue, { workers: 0, processes: 0 });
    for (const { queues = [], slots = 0 } of answers.values()) {
      for (const queue of queues) {
        const { processes, workers } = found.get(queue) ?? { workers: 0, processes: 0 };
        found.set(queue, { workers: workers + 1, processes: processes + slots });
        if (this.#queues.size < MAX_QUEUES) this.#queues.add(queue);
      }
    }
    return found;
  }
}
