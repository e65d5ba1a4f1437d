/** What {@link Deadline.race} answers when the time is over first. */
export const EXPIRED: unique symbol = Symbol("expired");

/** The end of a reading's time, shared by all that is waited for. */
export class Deadline {
  /** Whether this is work in the background: it waits for readings, where two readings refuse each other. */
  readonly patient: boolean;
  readonly #waiting = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  #isExpired = false;
  #isOver = false;

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

  /** Whether whatever had this much time has ended. */
  get over(): boolean {
    return this.#isOver;
  }

  /** Waits for `promise` until the time is over. */
  race<T>(promise: Promise<T>): Promise<T | typeof EXPIRED> {
    if (this.#isExpired) return Promise.race([promise, Promise.resolve<typeof EXPIRED>(EXPIRED)]);
    // `Promise.race` with a promise that outlives many others would hold on to what each of them brought, a whole reading.
    return new Promise((resolve, reject) => {
      const expire = (): void => resolve(EXPIRED);
      this.#waiting.add(expire);
      promise.then(resolve, reject).finally(() => this.#waiting.delete(expire));
    });
  }

  /** Ends the time now. */
  expire(): void {
    this.#isExpired = true;
    for (const expire of this.#waiting) expire();
    this.#waiting.clear();
  }

  /** Stops the clock, when nothing is waited for any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
