/**
 * How many task slots there are: a whole number of at least 0, or a function that is asked at each collection. What a function answers beside
 * such a number, or throws, counts as 0.
 */
export type TaskSlotCount = number | (() => number);

/** Task slots that somebody added, such as those of one worker. */
export interface TaskSlots extends Disposable {
  /** Changes their number: a whole number of at least 0; anything else leaves it as it is. Never throws. */
  resize(slots: number): void;
  /** Takes them away. Idempotent, never throws. */
  [Symbol.dispose](): void;
}

/** The task slots of a process by queue: what was said outright, and what workers added. */
export class SlotsByQueue {
  readonly #said = new Map<string, number>();
  readonly #added = new Map<string, Set<{ slots: TaskSlotCount }>>();

  /** Says how many there are; `undefined` takes it back. */
  say(queue: string, slots: number | undefined): void {
    if (slots === undefined) this.#said.delete(queue);
    else this.#said.set(queue, slots);
  }

  /** Adds some to a queue. */
  add(queue: string, slots: TaskSlotCount): TaskSlots {
    const own = { slots };
    const all = this.#added.get(queue) ?? new Set();
    all.add(own);
    this.#added.set(queue, all);
    return {
      resize: (next) => {
        if (isSlots(next)) own.slots = next;
      },
      [Symbol.dispose]: () => {
        all.delete(own);
        if (all.size === 0 && this.#added.get(queue) === all) this.#added.delete(queue);
      },
    };
  }

  /** The sum by queue, for those queues of which anything is known. */
  totals(): ReadonlyMap<string, number> {
    const totals = new Map(this.#said);
    for (const [queue, all] of this.#added) {
      let sum = totals.get(queue) ?? 0;
      for (const { slots } of all) sum += typeof slots === "function" ? ask(slots) : slots;
      totals.set(queue, sum);
    }
    return totals;
  }
}

function ask(slots: () => number): number {
  try {
    const answer: unknown = slots();
    return isSlots(answer) ? answer : 0;
  } catch {
    return 0;
  }
}

/** Whether a value is a number of slots. */
export function isSlots(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
