import { errorType, type PutAnswer, type SlotStore, SlotStoreError, type StoreListing } from "@taskvitals/core";
import {
  COMMAND,
  MESSAGE_VERSION,
  type PackSlot,
  requestIn,
  type SentListing,
  type SlotAnswer,
  type SlotAsk,
  type SlotReplies,
  type SlotRequest,
  unpack,
} from "./slot-message.ts";

type Reply = SlotReplies[SlotAsk["op"]];

/** Most calls of one visitor that are worked on at once. */
const MOST_OPEN = 256;

/** Where other processes and threads call a store. */
export class SlotDesk {
  readonly #store: SlotStore;
  readonly #namespace: string;

  /** Answers for the store what is asked under this namespace. */
  constructor(store: SlotStore, namespace: string) {
    this.#store = store;
    this.#namespace = namespace;
  }

  /** Somebody who asks over a channel of its own. */
  admit(pack: PackSlot): SlotVisitor {
    return new SlotVisitor(this.#store, this.#namespace, pack);
  }
}

/** One process or thread that calls the store, with those that call it through that one. */
export class SlotVisitor {
  readonly #store: SlotStore;
  readonly #namespace: string;
  readonly #pack: PackSlot;
  /** Slots that live behind this channel, by their identity: who wrote them, and the number of their version. */
  readonly #living = new Map<string, { readonly from: string; readonly seq: number }>();
  #open = 0;

  constructor(store: SlotStore, namespace: string, pack: PackSlot) {
    this.#store = store;
    this.#namespace = namespace;
    this.#pack = pack;
  }

  /** Does what a message asks; `undefined` when it is not one of ours. Never rejects. */
  async answer(message: unknown): Promise<SlotAnswer | undefined> {
    const request = requestIn(message, this.#namespace);
    if (request === undefined) return undefined;
    const { namespace, from, call } = request;
    const head = { cmd: COMMAND, v: MESSAGE_VERSION, namespace, from, call } as const;
    if (request.v !== MESSAGE_VERSION) return { ...head, failed: OTHER_RELEASE };
    if (this.#open >= MOST_OPEN) return { ...head, failed: "There are too many calls at once." };
    this.#open += 1;
    try {
      return { ...head, reply: await this.#do(request) };
    } catch (error) {
      return { ...head, failed: error instanceof SlotStoreError ? error.message : `(${errorType(error)})` };
    } finally {
      this.#open -= 1;
    }
  }

  /** The channel is closed for good: nothing more will come of whoever was behind it. Never rejects. */
  leave(): Promise<void> {
    return this.#end([...this.#living]);
  }

  async #end(left: readonly (readonly [string, { readonly seq: number }])[]): Promise<void> {
    for (const [id, { seq }] of left) {
      this.#living.delete(id);
      // Without the slot itself: where the store has not got it, somebody else knows better.
      await this.#store.put({ id, seq, isOwner: false, isLast: true }).catch(() => {});
    }
  }

  async #do({ ask, from }: SlotRequest): Promise<Reply> {
    const store = this.#store;
    switch (ask.op) {
      case "put":
        return this.#put(ask, from);
      case "list":
        return listingOf(await store.list());
      case "fetch":
        return (await store.fetch(ask.ids)).map((slot) => (slot === undefined ? null : this.#pack(slot)));
      case "replaceBase":
        return store.replaceBase({ ...ask, slot: unpack(ask.slot), folded: new Map(ask.folded) });
      case "bury":
        await store.bury(new Map(ask.folded), ask.baseToken);
        return null;
      case "leave":
        await this.#end([...this.#living].filter(([, slot]) => slot.from === from));
        return null;
      case "greet":
        return null;
    }
  }

  async #put(ask: Extract<SlotAsk, { op: "put" }>, from: string): Promise<PutAnswer> {
    const { id, seq, isOwner, isLast } = ask;
    const slot = ask.slot === undefined ? undefined : unpack(ask.slot);
    // Noted before it is done: the channel may be closed right behind this message.
    if (isOwner) this.#living.set(id, { from, seq });
    const answer = await this.#store.put({ id, seq, slot, isOwner, isLast });
    if (isOwner && (answer.kind === "folded" || isLast)) this.#living.delete(id);
    return answer;
  }
}

const OTHER_RELEASE = "The process that keeps the totals runs a release of taskvitals that speaks otherwise.";

function listingOf({ nowMs, unbrokenSinceMs, baseToken, slots }: StoreListing): SentListing {
  const sinceMs = Number.isFinite(unbrokenSinceMs) ? unbrokenSinceMs : null;
  return { nowMs, sinceMs, baseToken, slots: [...slots] };
}
