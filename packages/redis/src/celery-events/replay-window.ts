const WORDS = 2048;
const SIZE = WORDS * 32;

/**
 * Recognises events that come twice, by the logical clock that a worker stamps on each (`kombu/clocks.py`): it only rises within a process.
 * Remembers a window of 65 536 ticks in 8 kB; what is older than the window is taken for new, as it is late rather than doubled.
 */
export class ReplayWindow {
  #seen: Uint32Array | undefined;
  #newest = -1;

  /** Whether an event with this stamp is the first; remembers it. */
  admit(clock: number): boolean {
    this.#seen ??= new Uint32Array(WORDS);
    if (clock > this.#newest) {
      this.#advance(clock);
    } else if (clock <= this.#newest - SIZE) {
      return true;
    }
    const seen = this.#seen;
    const index = (clock % SIZE) >>> 5;
    const bit = 1 << (clock & 31);
    const word = seen[index] ?? 0;
    if ((word & bit) !== 0) return false;
    seen[index] = word | bit;
    return true;
  }

  /** Forgets everything, when a new process takes the place. */
  clear(): void {
    this.#seen = undefined;
    this.#newest = -1;
  }

  /** Frees the places of the ticks up to the new one. */
  #advance(clock: number): void {
    const seen = this.#seen as Uint32Array;
    if (this.#newest < 0 || clock - this.#newest >= SIZE) seen.fill(0);
    else {
      for (let tick = this.#newest + 1; tick <= clock; tick++) {
        // A whole word at once where a jump is long.
        if ((tick & 31) === 0 && clock - tick >= 31) {
          seen[(tick % SIZE) >>> 5] = 0;
          tick += 31;
        } else {
          const index = (tick % SIZE) >>> 5;
          seen[index] = (seen[index] ?? 0) & ~(1 << (tick & 31));
        }
      }
    }
    this.#newest = clock;
  }
}
