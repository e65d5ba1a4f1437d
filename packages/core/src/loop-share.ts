/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 2;

/** Lets long work give the event loop back every few milliseconds: `if (share.isUsed()) await share.pause()` in its loop. */
export class LoopShare {
  #since = performance.now();
  #checks = 0;

  /** Whether it is time to pause. Cheap enough for every step of a loop: the clock is read at every eighth call. */
  isUsed(): boolean {
    this.#checks = (this.#checks + 1) & 7;
    return this.#checks === 0 && performance.now() - this.#since >= SLICE_MS;
  }

  /** Waits for one turn of the event loop. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
