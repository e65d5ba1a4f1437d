import { contract } from "@taskvitals/core";
import type { Sample } from "./sample.ts";

/** By how much the counters of one task of a queue rose. */
export interface TaskRises {
  succeeded: number;
  failed: number;
  retried: number;
}

/** Rises by queue, then by task. */
export type Rises = ReadonlyMap<string, ReadonlyMap<string, TaskRises>>;

const KINDS: ReadonlyMap<string, keyof TaskRises> = new Map([
  [contract.taskSuccess.name, "succeeded"],
  [contract.taskFailure.name, "failed"],
  [contract.taskRetry.name, "retried"],
]);

/**
 * How much the counters of several processes rise from one look to the next. A counter that fell began anew; a series that is new in a process that was seen
 * before was born at 0; a process that is seen for the first time only says where it is.
 */
export class CounterRises {
  readonly #before = new Map<string, Map<string, number>>();

  /** Takes the next look at each process that answered, and says what rose since the last one. */
  next(pages: ReadonlyMap<string, readonly Sample[]>): Rises {
    const rises = new Map<string, Map<string, TaskRises>>();
    for (const [target, samples] of pages) {
      const before = this.#before.get(target);
      const now = new Map<string, number>();
      for (const { labels, name, value } of samples) {
        const kind = KINDS.get(name);
        const { queue, task } = labels;
        if (kind === undefined || queue === undefined) continue;
        const key = JSON.stringify([name, queue, task]);
        now.set(key, value);
        if (before === undefined) continue;
        const last = before.get(key) ?? 0;
        const rise = value < last ? value : value - last;
        if (rise > 0) add(rises, queue, task ?? "", { ...NOTHING, [kind]: rise });
      }
      // What is not shown now may be shown again, as counters in a broker that was away.
      for (const [key, value] of before ?? []) if (!now.has(key) && now.size < MAX_COUNTERS) now.set(key, value);
      this.#before.set(target, now);
    }
    return rises;
  }

  /** Forgets a process, so that it is seen for the first time again: what it counted while nobody looked is not of the time since the look before. */
  forget(target: string): void {
    this.#before.delete(target);
  }
}

/** Counters of a process that are remembered; beyond, those that it does not show any more are forgotten. */
const MAX_COUNTERS = 20_000;

const NOTHING: TaskRises = { succeeded: 0, failed: 0, retried: 0 };

/** Adds up rises of several looks. */
export function sumOfRises(looks: readonly Rises[]): Rises {
  const sum = new Map<string, Map<string, TaskRises>>();
  for (const rises of looks)
    for (const [queue, tasks] of rises) for (const [task, rise] of tasks) add(sum, queue, task, rise);
  return sum;
}

function add(rises: Map<string, Map<string, TaskRises>>, queue: string, task: string, rise: TaskRises): void {
  const tasks = rises.get(queue) ?? new Map<string, TaskRises>();
  rises.set(queue, tasks);
  const sum = tasks.get(task) ?? { ...NOTHING };
  tasks.set(task, sum);
  sum.succeeded += rise.succeeded;
  sum.failed += rise.failed;
  sum.retried += rise.retried;
}
