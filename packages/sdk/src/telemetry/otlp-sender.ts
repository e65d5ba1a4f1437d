import type { PushFailure } from "./otlp-failure.ts";
import { AS_MANY_AS_FIT, NEWEST_ONLY, OtlpOutbox, type PushMessage } from "./otlp-outbox.ts";
import type { PushLog } from "./otlp-push-log.ts";
import type { OtlpTransport } from "./otlp-transport.ts";

/** What {@link OtlpSender} needs. */
export interface SenderOptions {
  readonly transport: OtlpTransport;
  /** Limit of one push with its retries, in milliseconds from its turn on. */
  readonly timeoutMs: number;
  /** Whether a message holds what came since the one before, so that each is needed, once; else each holds totals. */
  readonly deltas: boolean;
  readonly log: PushLog;
}

// Short enough for a receiver that restarts to be tried again within the flush of a process that ends.
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;

/**
 * Sends messages one after the other, since totals that arrive after newer ones would look like a reset, and tries again what may pass.
 *
 * Totals are dropped once they fail, or newer ones are there before they are tried again. Deltas that cannot have arrived are kept and sent with
 * the next push; those that may have, when only the answer is missing, are not sent twice.
 */
export class OtlpSender {
  readonly #options: SenderOptions;
  readonly #outbox: OtlpOutbox;
  #current: PushMessage | undefined;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    const limits = options.deltas ? AS_MANY_AS_FIT : NEWEST_ONLY;
    this.#outbox = new OtlpOutbox(limits, ({ points }) => options.log.lost(points, "queue_full"));
  }

  /** Messages in memory, and their size: those that wait and the one on its way. */
  get held(): { readonly messages: number; readonly bytes: number } {
    const { messages, bytes } = this.#outbox;
    return { messages: messages + (this.#current ? 1 : 0), bytes: bytes + (this.#current?.data.length ?? 0) };
  }

  /** Sends a message as soon as it is its turn. Never throws. */
  push(message: PushMessage): void {
    this.#outbox.put(message);
    this.#wake?.();
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is on its way. Never rejects. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      do this.#current = this.#outbox.take();
      while (this.#current !== undefined && (await this.#send(this.#current)));
    } finally {
      // In the same turn in which nothing waited: a message that comes after it must find nobody running.
      this.#current = undefined;
      this.#running = undefined;
    }
  }

  /** False where it is kept, and so are those behind it. */
  async #send(message: PushMessage): Promise<boolean> {
    const { deltas, log } = this.#options;
    const failure = await this.#deliver(message);
    if (failure === undefined) return true;
    if (deltas && isSafeToRepeat(failure)) {
      this.#outbox.putBack(message);
      log.failed(failure, "kept");
      return false;
    }
    log.failed(failure, deltas ? "lost" : "renewed");
    log.lost(message.points, failure.reason);
    return true;
  }

  /** Why it could not be delivered; `undefined` where it was. */
  async #deliver({ data, points }: PushMessage): Promise<PushFailure | undefined> {
    const { deltas, log, timeoutMs, transport } = this.#options;
    const deadline = performance.now() + timeoutMs;
    // Deltas are lost with an attempt that the deadline cuts off, since they may have arrived: each attempt gets half of the time at least.
    const lastStart = deltas ? deadline - timeoutMs / 2 : deadline;
    for (let backoffMs = FIRST_RETRY_MS; ; backoffMs = Math.min(backoffMs * 2, LAST_RETRY_MS)) {
      const outcome = await transport.attempt(data, Math.max(1, deadline - performance.now()));
      if (outcome.status === "accepted") {
        // A receiver may say any number.
        log.accepted(Math.min(outcome.rejected, points));
        return undefined;
      }
      const { failure } = outcome;
      const repeatable = deltas ? isSafeToRepeat(failure) : failure.mayPass;
      if (!repeatable || this.#isOutdated() || !(await this.#pause(failure, backoffMs, lastStart))) return failure;
      if (this.#isOutdated()) return failure;
    }
  }

  #isOutdated(): boolean {
    return !this.#options.deltas && this.#outbox.messages > 0;
  }

  /** Waits before the next attempt, or until a newer message is there; false where the time does not suffice. */
  async #pause({ retryAfterMs }: PushFailure, backoffMs: number, lastStart: number): Promise<boolean> {
    const waitMs = retryAfterMs ?? backoffMs * (0.8 + 0.4 * Math.random());
    if (performance.now() + waitMs >= lastStart) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs).unref();
    // A receiver that says how long it wants to be left alone is.
    if (retryAfterMs === undefined) this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
    return true;
  }
}

function isSafeToRepeat({ mayHaveArrived, mayPass }: PushFailure): boolean {
  return mayPass && !mayHaveArrived;
}
