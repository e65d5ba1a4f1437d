import { within } from "./within.ts";

const STEP_TIMEOUT_MS = 3000;

/** What a start has opened, ended in the reverse order, once, each within its time. */
export class Cleanup {
  readonly #onFailure: (what: string) => void;
  readonly #steps: { readonly what: string; readonly end: () => unknown }[] = [];
  #done: Promise<void> | undefined;

  constructor(onFailure: (what: string) => void) {
    this.#onFailure = onFailure;
  }

  /** Adds a step; `what` begins a sentence about its failure. */
  add(what: string, end: () => unknown): void {
    this.#steps.push({ what, end });
  }

  /** Runs every step; later calls return the same promise. Never rejects. */
  run(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    for (const { what, end } of this.#steps.reverse()) {
      const ended = await within(STEP_TIMEOUT_MS, Promise.resolve().then(end));
      if (!ended) this.#onFailure(what);
    }
  }
}
