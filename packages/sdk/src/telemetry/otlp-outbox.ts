/** One push, encoded. */
export interface PushMessage {
  readonly data: Uint8Array;
  /** Data points in it. */
  readonly points: number;
}

/** How much may wait. One message may, however large it is. */
export interface OutboxLimits {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Totals: the newest replaces the one that waits, which nobody needs any more. A receiver that hangs costs two messages: the one on its way and
 * this one.
 */
export const NEWEST_ONLY: OutboxLimits = { messages: 1, bytes: Number.POSITIVE_INFINITY };

/** What came since the last push: all of them are needed, as far as memory allows; an hour of them with 16 KiB each. */
export const AS_MANY_AS_FIT: OutboxLimits = { messages: Number.POSITIVE_INFINITY, bytes: 4 * 1024 * 1024 };

/** Messages that wait to be sent, oldest first. What exceeds the limits is dropped from the old end. */
export class OtlpOutbox {
  readonly #limits: OutboxLimits;
  readonly #onDropped: (message: PushMessage) => void;
  readonly #waiting: PushMessage[] = [];
  #bytes = 0;

  constructor(limits: OutboxLimits, onDropped: (message: PushMessage) => void) {
    this.#limits = limits;
    this.#onDropped = onDropped;
  }

  /** Messages that wait. */
  get messages(): number {
    return this.#waiting.length;
  }

  /** Their size. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the newest message. */
  put(message: PushMessage): void {
    this.#waiting.push(message);
    this.#bytes += message.data.length;
    this.#trim();
  }

  /** Puts a message that was taken back in front of all others. */
  putBack(message: PushMessage): void {
    this.#waiting.unshift(message);
    this.#bytes += message.data.length;
    this.#trim();
  }

  /** Takes the oldest message. */
  take(): PushMessage | undefined {
    const message = this.#waiting.shift();
    this.#bytes -= message?.data.length ?? 0;
    return message;
  }

  #trim(): void {
    const { bytes, messages } = this.#limits;
    while (this.messages > 1 && (this.messages > messages || this.#bytes > bytes)) {
      const oldest = this.take();
      if (oldest !== undefined) this.#onDropped(oldest);
    }
  }
}
