import type { CeleryEvents, WorkerAnswer } from "@taskvitals/redis";
import type { EventSource } from "./event-source.ts";

/** Events of one broker whose connection may be made anew, to another server even. */
export class RenewedEvents implements CeleryEvents, EventSource {
  readonly key: string;
  readonly broker: string;
  readonly #listen: (kept: unknown) => Promise<CeleryEvents>;
  #current: CeleryEvents;
  #ended = false;
  #ending: () => void = () => {};
  #turn: Promise<void> = Promise.resolve();

  /** Takes the first reader, and what makes the next one, given where the one before was. */
  constructor(key: string, first: CeleryEvents, listen: (kept: unknown) => Promise<CeleryEvents>) {
    this.key = key;
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
    return this.#current.missed;
  }

  workers(): ReadonlyMap<string, number> {
    return this.#current.workers();
  }

  position(): unknown {
    return this.#current.position();
  }

  silentWorkers(): readonly string[] {
    return this.#current.silentWorkers();
  }

  workerNames(): readonly string[] {
    return this.#current.workerNames();
  }

  announcingWorkers(): readonly string[] {
    return this.#current.announcingWorkers();
  }

  workerAnswers(): ReadonlyMap<string, WorkerAnswer> {
    return this.#current.workerAnswers();
  }

  /** Ends the reader and makes the next one, which connects as the broker does now. */
  renew(): void {
    const renewed = this.#turn.then(async () => {
      if (this.#ended) return;
      // First the end: two that listen at once would count twice.
      await this.#current.shutdown();
      this.#current = await this.#listen(this.#current.position());
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
