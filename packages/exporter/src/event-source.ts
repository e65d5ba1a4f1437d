/** What reads the events of one framework on one broker, and can go on where another left off. */
export interface EventSource {
  /** Tells it apart in what is kept: framework and broker, such as `celery:default`, `bullmq:jobs`. */
  readonly key: string;
  /** Events that are known to have been missed, those of earlier lives included where it goes on from them. */
  readonly missed: number;
  /**
   * Where it is, as plain JSON: taken in the same turn of the event loop as the totals, so that both say the same. Asked once more after
   * {@link shutdown}, for where it ended.
   */
  position(): unknown;
  /** Ends it; when it has settled, nothing is recorded any more. Never rejects. */
  shutdown(): Promise<void>;
}

/**
 * Starts one; `kept` is what `position()` said when it was kept (of an earlier life, perhaps of another release: check it), else `undefined`. May reject
 * for a mistake in the configuration.
 */
export type StartEventSource = (kept: unknown) => Promise<EventSource>;
