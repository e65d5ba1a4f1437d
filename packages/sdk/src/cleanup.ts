import { within } from "./within.ts";

const STEP_TIMEOUT_MS = 3000;

/** What a start has opened, ended in the reverse order, once, each within its time. */
export class Cleanup {
  readonly #onFailure: (what: string) => void;
  readonly #steps: { readonly what: string; readonly end: () => unknown; readonly limitMs: number }[] = [];
  #done: Promise<void> | undefined;

  constructor(onFailure: (what: string) => void) {
    this.#onFailure = onFailure;
  }

  /** Adds a step; `what` begins a sentence about its failure. It is given up on after `limitMs`, and the next one runs. */
  add(what: string, end: () => unknown, limitMs: number = STEP_TIMEOUT_MS): void {
    this.#steps.push({ what, end, limitMs });
  }

  /** Runs every step; later calls return the same promise. Never rejects. */
  run(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    for (const { what, end, limitMs } of this.#steps.reverse()) {
      const ended = await within(limitMs, Promise.resolve().then(end));
      if (!ended) this.#onFailure(what);
    }
  }
}
