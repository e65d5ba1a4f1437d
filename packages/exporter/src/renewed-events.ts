import type { CeleryEvents } from "@taskvitals/redis";

/** Events of one broker whose connection may be made anew, to another server even. */
export class RenewedEvents implements CeleryEvents {
  readonly broker: string;
  readonly #listen: () => Promise<CeleryEvents>;
  #current: CeleryEvents;
  #missedBefore = 0;
  #ended = false;
  #ending: () => void = () => {};
  #turn: Promise<void> = Promise.resolve();

  /** Takes the first reader, and what makes the next one. */
  constructor(first: CeleryEvents, listen: () => Promise<CeleryEvents>) {
    this.broker = first.broker;
    this.#current = first;
    this.#listen = listen;
  }

  get connected(): boolean {
    return this.#current.connected;
  }

  get trackedTasks(): number {
    return this.#current.trackedTasks;
  }

  get lastEventAtSeconds(): number | undefined {
    return this.#current.lastEventAtSeconds;
  }

  get missed(): number {
    return this.#missedBefore + this.#current.missed;
  }

  workers(): ReadonlyMap<string, number> {
    return this.#current.workers();
  }

  silentWorkers(): readonly string[] {
    return this.#current.silentWorkers();
  }

  /** Ends the reader and makes the next one, which connects as the broker does now. */
  renew(): void {
    const renewed = this.#turn.then(async () => {
      if (this.#ended) return;
      // First the end: two that listen at once would count twice.
      await this.#current.shutdown();
      const next = await this.#listen();
      this.#missedBefore += this.#current.missed;
      this.#current = next;
    });
    // It can fail only on settings that cannot be used, and those were refused before the connection was made anew.
    this.#turn = renewed.catch(() => {});
  }

  /** Calls back at the end. */
  onEnd(listener: () => void): void {
    this.#ending = listener;
  }

  async shutdown(): Promise<void> {
    if (!this.#ended) this.#ending();
    this.#ended = true;
    await this.#turn;
    await this.#current.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
