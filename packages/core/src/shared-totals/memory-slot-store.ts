import {
  BASE_ID,
  type PutAnswer,
  type PutSlot,
  type ReplaceBase,
  type SlotEntry,
  type SlotStore,
  type StoreListing,
} from "./slot-store.ts";

/** A slot as a store keeps it. */
export interface KeptSlot {
  /** Number of the version, from 1. */
  readonly seq: number;
  /** The encoded slot. */
  readonly slot: Uint8Array;
  /** When its process last gave a sign of life, in milliseconds of the store's clock; 0 when only others wrote it. */
  readonly aliveAtMs: number;
  /** Whether its process said that it ended. */
  readonly ended: boolean;
}

/** All that a store has: what comes and goes together. */
export interface StoreContent {
  /** The slots by identity. */
  readonly slots: Map<string, KeptSlot>;
  /** Identity of a slot that was folded to the number of the version that is in the base. */
  readonly folded: Map<string, number>;
  /** The base; `undefined` while nothing was folded. */
  base: { readonly token: string; readonly slot: Uint8Array } | undefined;
  /** Since when nothing was lost, in milliseconds of the store's clock. */
  unbrokenSinceMs: number;
}

/** Slots in the memory of one process, for those that reach it: what a store does, without a server. */
export class MemorySlotStore implements SlotStore {
  readonly #now: () => number;
  readonly #content: StoreContent;

  /**
   * Takes the clock, in milliseconds, and what the store has from the start; by default nothing, unbroken since ever: a memory that can be reached
   * has lost nothing.
   */
  constructor(now: () => number, content: StoreContent = emptyContent()) {
    this.#now = now;
    this.#content = content;
  }

  /** See {@link SlotStore.put}; never rejects. */
  async put({ id, seq, slot, isOwner, isLast }: PutSlot): Promise<PutAnswer> {
    const { slots, folded, base } = this.#content;
    const foldedSeq = base === undefined ? undefined : folded.get(id);
    if (foldedSeq !== undefined) return { kind: "folded", seq: foldedSeq };
    const before = slots.get(id);
    const isNewer = before === undefined || before.seq < seq;
    if (isNewer && slot === undefined) return { kind: "missing" };
    const aliveAtMs = isOwner ? this.#now() : (before?.aliveAtMs ?? 0);
    const ended = isLast || (before?.ended ?? false);
    if (isNewer) slots.set(id, { seq, slot: slot as Uint8Array, aliveAtMs, ended });
    else slots.set(id, { ...before, aliveAtMs, ended });
    return { kind: "kept" };
  }

  /** See {@link SlotStore.list}; never rejects. */
  async list(): Promise<StoreListing> {
    const { slots: keptSlots, base, unbrokenSinceMs } = this.#content;
    const slots = new Map<string, SlotEntry>();
    for (const [id, kept] of keptSlots) {
      slots.set(id, { seq: kept.seq, aliveAtMs: kept.aliveAtMs, ended: kept.ended, token: tokenOf(kept) });
    }
    return { nowMs: this.#now(), unbrokenSinceMs, baseToken: base?.token ?? "", slots };
  }

  /** See {@link SlotStore.fetch}; never rejects. */
  async fetch(ids: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const { slots, base } = this.#content;
    return ids.map((id) => (id === BASE_ID ? base?.slot : slots.get(id)?.slot));
  }

  /** See {@link SlotStore.replaceBase}; never rejects. */
  async replaceBase({ expectedToken, token, slot, folded, forget }: ReplaceBase): Promise<boolean> {
    if (this.#baseToken() !== expectedToken) return false;
    for (const [id, entry] of folded) {
      const kept = this.#content.slots.get(id);
      if (kept === undefined || tokenOf(kept) !== entry.token) return false;
    }
    if (this.#content.base === undefined) this.#content.folded.clear();
    this.#content.base = { token, slot };
    for (const [id, { seq }] of folded) this.#fold(id, seq);
    for (const id of forget) this.#content.folded.delete(id);
    return true;
  }

  /** See {@link SlotStore.bury}; never rejects. */
  async bury(folded: ReadonlyMap<string, number>, baseToken: string): Promise<void> {
    if (this.#baseToken() !== baseToken) return;
    for (const [id, seq] of folded) {
      if ((this.#content.slots.get(id)?.seq ?? seq) > seq) this.#content.unbrokenSinceMs = this.#now();
      this.#fold(id, seq);
    }
  }

  #baseToken(): string {
    return this.#content.base?.token ?? "";
  }

  #fold(id: string, seq: number): void {
    this.#content.folded.set(id, seq);
    this.#content.slots.delete(id);
  }
}

/** What a store has that never had anything. */
export function emptyContent(): StoreContent {
  return { slots: new Map(), folded: new Map(), base: undefined, unbrokenSinceMs: Number.NEGATIVE_INFINITY };
}

function tokenOf({ seq, aliveAtMs, ended }: KeptSlot): string {
  return `${seq}:${aliveAtMs}:${ended ? 1 : 0}`;
}
