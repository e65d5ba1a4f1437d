import type { EventSource, StartEventSource } from "./event-source.ts";

/** Where each source is, by its key. */
export type EventPositions = Readonly<Record<string, unknown>>;

/** A source to be started when it is our turn to count. */
export interface PlannedSource {
  /** The `key` that the source will have. */
  readonly key: string;
  readonly start: StartEventSource;
}

/** All sources of events: started together where others left off, ended together. */
export class EventSources {
  readonly #planned: readonly PlannedSource[];
  #running: EventSource[] = [];
  /** Where those are that do not run: before they have started, or after their end. */
  #left: Map<string, unknown> = new Map();

  /** Starts nothing yet. */
  constructor(planned: readonly PlannedSource[]) {
    this.#planned = planned;
  }

  /** Where each source is now, to be kept beside the totals of the same moment. */
  positions(): EventPositions {
    const positions = new Map(this.#left);
    for (const source of this.#running) positions.set(source.key, source.position());
    return Object.fromEntries(positions);
  }

  /** Events that those that run know to have been missed, ever. */
  get missed(): number {
    return this.#running.reduce((sum, { missed }) => sum + missed, 0);
  }

  /**
   * Starts every source where it was when `kept` was kept; {@link positions} says the same from this moment on. Those that run must have been
   * stopped.
   *
   * @throws whatever the first that cannot start throws; none runs then
   */
  async start(kept: EventPositions): Promise<void> {
    const positions = new Map(Object.entries(kept));
    this.#left = new Map(
      this.#planned.flatMap(({ key }) => (positions.has(key) ? [[key, positions.get(key)] as const] : [])),
    );
    try {
      for (const { key, start } of this.#planned) {
        const source = await start(this.#left.get(key));
        this.#left.delete(key);
        this.#running.push(source);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends those that run. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#running.map(async (source) => {
        await source.shutdown().catch(() => {});
        this.#left.set(source.key, source.position());
      }),
    );
    this.#running = [];
  }
}
