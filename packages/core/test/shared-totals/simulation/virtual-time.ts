interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that goes on only when everything has come to rest, and what happens when. */
export class VirtualTime {
  #nowMs = 0;
  readonly #events: Event[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events of the same moment come in the order in which they were asked for. */
  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.#nowMs), run };
    let place = this.#events.length;
    while (place > 0 && (this.#events[place - 1] as Event).atMs > event.atMs) place--;
    this.#events.splice(place, 0, event);
  }

  after(ms: number, run: () => void): void {
    this.at(this.#nowMs + ms, run);
  }

  async runUntil(endMs: number): Promise<void> {
    for (let [next] = this.#events; next !== undefined && next.atMs <= endMs; [next] = this.#events) {
      this.#events.shift();
      this.#nowMs = next.atMs;
      next.run();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#nowMs = endMs;
  }
}
