import type { TrackedTask } from "./task-registry.ts";

/** Tasks whose recording waits for the name of their queue, each for a bounded time. */
export class HeldTasks {
  readonly #overdueAt = new Map<TrackedTask, number>();
  readonly #onVain: (task: TrackedTask) => void;

  /** @param onVain - told of each task that was held in vain */
  constructor(onVain: (task: TrackedTask) => void) {
    this.#onVain = onVain;
  }

  /** Whether none is held. */
  get isEmpty(): boolean {
    return this.#overdueAt.size === 0;
  }

  /** Begins to hold. */
  hold(task: TrackedTask, untilMs: number): void {
    task.held = [];
    this.#overdueAt.set(task, untilMs);
  }

  /** Records what was held, in its order. */
  settle(task: TrackedTask): void {
    const { held } = task;
    if (held === undefined) return;
    task.held = undefined;
    this.#overdueAt.delete(task);
    for (const act of held) act();
  }

  /** Records what has been held for long enough. */
  settleOverdue(nowMs: number): void {
    for (const [task, overdueAt] of this.#overdueAt) {
      if (overdueAt > nowMs) continue;
      task.queueless = true;
      this.#onVain(task);
      this.settle(task);
    }
  }
}
