import {
  newSlotId,
  type PutAnswer,
  type PutSlot,
  type ReplaceBase,
  type SlotStore,
  SlotStoreError,
  type StoreListing,
} from "@taskvitals/core";
import {
  answerIn,
  COMMAND,
  MESSAGE_VERSION,
  type PackSlot,
  type SentSlot,
  type SlotAnswer,
  type SlotAsk,
  type SlotReplies,
  type SlotRequest,
  unpack,
} from "./slot-message.ts";

/** A way to whoever keeps the slots. */
export interface SlotPort {
  /** Who is at the other end; begins a sentence. */
  readonly peer: string;
  /** How slots are sent. */
  readonly pack: PackSlot;
  /** Sends a message; throws, or calls `failed`, when the channel is closed. */
  send(request: SlotRequest, failed: () => void): void;
  /** Hands every message to the listener, those of others as well; called once. */
  listen(from: string, listener: (message: unknown) => void): void;
  /** Listens no longer. */
  close(): void;
}

/** What {@link ChannelSlotStore} needs. */
export interface ChannelSlotStoreOptions {
  readonly port: SlotPort;
  readonly namespace: string;
  /** Longest wait for one answer, in milliseconds. */
  readonly deadlineMs: number;
}

/** Calls that may be open at once. */
const MOST_OPEN = 256;
/** Slots that are asked for at once: messages between processes are read in one go. */
const FETCH_LENGTH = 50;
/** As long as nobody answers nothing but a greeting is sent, and no more often than this, in milliseconds: what lies in the channel stays small. */
const GREETING_MS = 2500;

interface OpenCall {
  readonly resolve: (answer: SlotAnswer) => void;
}

/**
 * The slots that another process or thread keeps. Calls have numbers, so that answers find them; one that was not answered in time may have been executed all the
 * same. Nothing of it keeps the process alive: whoever waits for a call has to.
 */
export class ChannelSlotStore implements SlotStore {
  readonly #port: SlotPort;
  readonly #namespace: string;
  readonly #deadlineMs: number;
  readonly #from = newSlotId();
  readonly #open = new Map<number, OpenCall>();
  #calls = 0;
  /** Whether the last call was answered in time. */
  #isThere = false;
  #hasAnswered = false;
  #greetedAt = Number.NEGATIVE_INFINITY;
  /** Why the last greeting failed; `undefined` when it did not. */
  #refusal: unknown;
  #greeting: Promise<void> | undefined;
  #isClosed = false;

  /** Listens from now on, and sends nothing yet. */
  constructor({ port, namespace, deadlineMs }: ChannelSlotStoreOptions) {
    this.#port = port;
    this.#namespace = namespace;
    this.#deadlineMs = deadlineMs;
    port.listen(this.#from, (message) => this.#receive(message));
  }

  /** Whether anybody has ever answered. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  async put({ id, seq, slot, isOwner, isLast }: PutSlot): Promise<PutAnswer> {
    const sent = (): SentSlot | undefined => (slot === undefined ? undefined : this.#port.pack(slot));
    return this.#call<"put">(() => ({ op: "put", id, seq, slot: sent(), isOwner, isLast }));
  }

  async list(): Promise<StoreListing> {
    const { nowMs, sinceMs, baseToken, slots } = await this.#call<"list">(() => ({ op: "list" }));
    return { nowMs, unbrokenSinceMs: sinceMs ?? Number.NEGATIVE_INFINITY, baseToken, slots: new Map(slots) };
  }

  async fetch(ids: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const slots: (Uint8Array | undefined)[] = [];
    for (let at = 0; at < ids.length; at += FETCH_LENGTH) {
      const fetched = await this.#call<"fetch">(() => ({ op: "fetch", ids: ids.slice(at, at + FETCH_LENGTH) }));
      for (const slot of fetched) slots.push(slot === null ? undefined : unpack(slot));
    }
    return slots;
  }

  async replaceBase({ expectedToken, token, slot, folded, forget }: ReplaceBase): Promise<boolean> {
    const sent = { expectedToken, token, folded: [...folded], forget };
    return this.#call<"replaceBase">(() => ({ op: "replaceBase", ...sent, slot: this.#port.pack(slot) }));
  }

  async bury(folded: ReadonlyMap<string, number>, baseToken: string): Promise<void> {
    await this.#call<"bury">(() => ({ op: "bury", folded: [...folded], baseToken }));
  }

  /**
   * Waits until the other side has answered.
   *
   * @throws SlotStoreError when it did not in time
   */
  greet(): Promise<void> {
    this.#greeting ??= this.#greet().finally(() => {
      this.#greeting = undefined;
    });
    return this.#greeting;
  }

  /** Says goodbye, as far as it can be said, and listens no longer. Calls that are open fail. */
  close(): void {
    if (this.#isClosed) return;
    if (this.#hasAnswered) void this.#send({ op: "leave" }, 0).catch(() => {});
    this.#isClosed = true;
    this.#port.close();
  }

  async #greet(): Promise<void> {
    const now = performance.now();
    if (this.#refusal !== undefined && now - this.#greetedAt < GREETING_MS) throw this.#refusal;
    this.#greetedAt = now;
    this.#refusal = undefined;
    try {
      await this.#send({ op: "greet" }, this.#deadlineMs);
    } catch (error) {
      this.#refusal = error;
      throw error;
    }
  }

  async #call<Op extends SlotAsk["op"]>(ask: () => Extract<SlotAsk, { op: Op }>): Promise<SlotReplies[Op]> {
    const endsAt = performance.now() + this.#deadlineMs;
    if (!this.#isThere) await this.greet();
    const answer = await this.#send(ask(), Math.max(0, endsAt - performance.now()));
    if (answer.failed !== undefined) throw new SlotStoreError(answer.failed);
    return answer.reply as SlotReplies[Op];
  }

  async #send(ask: SlotAsk, deadlineMs: number): Promise<SlotAnswer> {
    if (this.#isClosed) throw new SlotStoreError("The shared totals of this process have ended.");
    if (this.#open.size >= MOST_OPEN) throw new SlotStoreError("There are too many calls at once.");
    this.#calls += 1;
    const call = this.#calls;
    const { promise, resolve, reject } = Promise.withResolvers<SlotAnswer>();
    this.#open.set(call, { resolve });
    try {
      const head = { cmd: COMMAND, v: MESSAGE_VERSION, namespace: this.#namespace, from: this.#from, call } as const;
      this.#port.send({ ...head, ask }, () => reject(this.#closed()));
      if (await inTime(promise, deadlineMs)) return await promise;
      this.#isThere = false;
      throw this.#silence();
    } finally {
      this.#open.delete(call);
    }
  }

  #receive(message: unknown): void {
    const answer = answerIn(message, this.#from);
    if (answer === undefined || this.#isClosed) return;
    this.#isThere = true;
    this.#hasAnswered = true;
    this.#open.get(answer.call)?.resolve(answer);
  }

  #silence(): SlotStoreError {
    const { peer } = this.#port;
    if (this.#hasAnswered) return new SlotStoreError(`${peer} did not answer in time.`);
    return new SlotStoreError(
      `${peer} did not answer. It has to start taskvitals with sharedTotals: { store: "machine" } and the same namespace first.`,
    );
  }

  #closed(): SlotStoreError {
    return new SlotStoreError(`${this.#port.peer} cannot be reached: the channel to it is closed.`);
  }
}

/** Whether the promise was fulfilled in time. One turn of the event loop more: an answer that came while the process was busy still counts. */
async function inTime(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => setImmediate(() => resolve(false)), ms).unref();
  });
  try {
    return await Promise.race([promise.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
