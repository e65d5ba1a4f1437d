import type { Queue } from "bullmq";

/** Adds jobs to a queue at a steady pace, however late its timer comes, until it is disposed of. */
export class Traffic implements Disposable {
  readonly #timer: NodeJS.Timeout;

  constructor(queue: Queue, perSecond: number, names: readonly string[], runMs: number) {
    const from = performance.now();
    let added = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - from) / 1000) * perSecond) - added;
      const jobs = Array.from({ length: due }, (_, index) => ({
        name: names[(added + index) % names.length] as string,
        data: { runMs },
      }));
      added += due;
      if (due > 0) void queue.addBulk(jobs).catch(() => {});
    }, 100);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
