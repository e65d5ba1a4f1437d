/** What {@link Deadline.race} answers when the time is over first. */
export const EXPIRED: unique symbol = Symbol("expired");

/** The end of a reading's time, shared by all that is waited for. */
export class Deadline {
  /** Whether this is work in the background: it waits for readings, and they for it, where two readings refuse each other. */
  readonly patient: boolean;
  readonly #expired = Promise.withResolvers<typeof EXPIRED>();
  readonly #timer: NodeJS.Timeout;
  #isExpired = false;

  /** Starts the clock. The timer holds the process for that long at most, so that whoever awaits a reading gets it. */
  constructor(milliseconds: number, { patient = false }: { readonly patient?: boolean } = {}) {
    this.patient = patient;
    // One turn of the event loop more: an answer that arrived while the process was busy is in the socket and still counts.
    this.#timer = setTimeout(() => setImmediate(() => this.expire()), milliseconds);
    if (patient) this.#timer.unref();
  }

  /** Whether the time is over. */
  get expired(): boolean {
    return this.#isExpired;
  }

  /** Waits for `promise` until the time is over. */
  race<T>(promise: Promise<T>): Promise<T | typeof EXPIRED> {
    return Promise.race([promise, this.#expired.promise]);
  }

  /** Ends the time now. */
  expire(): void {
    this.#isExpired = true;
    this.#expired.resolve(EXPIRED);
  }

  /** Stops the clock, when nothing is waited for any more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
