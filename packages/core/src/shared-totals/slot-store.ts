/** Name of the slot that holds what ended processes had counted; no process has it. */
export const BASE_ID = "base";

/** What is written of one slot. */
export interface PutSlot {
  /** Random identity of the slot; see {@link newSlotId}. */
  readonly id: string;
  /** Number of the version. */
  readonly seq: number;
  /** The encoded slot; left out when the store should have it: then this is but a sign of life. */
  readonly slot?: Uint8Array | undefined;
  /** Whether the process itself writes. Who heals the store writes for others, and that is no sign of their lives. */
  readonly isOwner: boolean;
  /** Whether the process has ended: nothing will follow. */
  readonly isLast: boolean;
}

/**
 * What came of it. `kept`: the store has this version or a later one. `missing`: the store has not got this version; it has to be sent. `folded`: the
 * slot was taken for dead and added to the base, with the version of this number; the process must take a new identity.
 */
export type PutAnswer =
  | { readonly kind: "kept" }
  | { readonly kind: "missing" }
  | {
      readonly kind: "folded";
      /** Number of the version that is in the base. */
      readonly seq: number;
    };

/** What the store knows of a slot without reading it. */
export interface SlotEntry {
  /** Number of the version that the store has. */
  readonly seq: number;
  /** When its process last gave a sign of life, in milliseconds of the store's clock; 0 when only others wrote it. */
  readonly aliveAtMs: number;
  /** Whether its process said that it ended. */
  readonly ended: boolean;
  /** Changes with every sign of life. */
  readonly token: string;
}

/** What is in the store. */
export interface StoreListing {
  /** The store's clock, in milliseconds. */
  readonly nowMs: number;
  /**
   * Since when this very server has had all slots and the base without a break, by its clock: before, it may have lost some. It is a new time when
   * another server answers, and when a slot or the base that was listed turns out to be gone.
   */
  readonly unbrokenSinceMs: number;
  /** Tells this base from any other; empty when there is none. */
  readonly baseToken: string;
  /** The slots by identity, without the base. */
  readonly slots: ReadonlyMap<string, SlotEntry>;
}

/** An exchange of the base for its next version. */
export interface ReplaceBase {
  /** The base that must be in the store; empty for none. */
  readonly expectedToken: string;
  /** Random; of the base that is written. */
  readonly token: string;
  /** The encoded base. */
  readonly slot: Uint8Array;
  /** Slots that are in the new base and leave the store, as they must still be there. */
  readonly folded: ReadonlyMap<string, SlotEntry>;
  /** Identities that were folded so long ago that they need not be remembered any longer. */
  readonly forget: readonly string[];
}

/**
 * Where the slots of all processes are. What it remembers of folded slots is worth something only beside the base that has them: a store without a base
 * takes no slot for folded, and forgets all of them when it gets a base. Every call is atomic, has a deadline of its own, and rejects with a `SlotStoreError` when it
 * failed: it may then have been executed all the same.
 */
export interface SlotStore {
  /** Writes a slot, or gives a sign of life. */
  put(request: PutSlot): Promise<PutAnswer>;
  /** What is in the store, without the slots themselves. */
  list(): Promise<StoreListing>;
  /**
   * The encoded slots, in the order asked for; {@link BASE_ID} stands for the base. A store that lists a slot without having it (an evicting
   * server) lists it no longer, and is broken from now on.
   */
  fetch(ids: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Writes the base; false, and nothing was done, when the store had another one or a slot had changed. */
  replaceBase(request: ReplaceBase): Promise<boolean>;
  /**
   * Removes slots that are in the base already, and remembers the version that is: identity and number. Nothing is done when the store has another
   * base than the one of this token: it may lack them. A slot whose version is later than the one in the base went on after it was folded, because the
   * store had forgotten it: until its process learns of it and goes on elsewhere, what it counted since is missing, so that the store is broken
   * from now on.
   */
  bury(folded: ReadonlyMap<string, number>, baseToken: string): Promise<void>;
}

/** A call of the store failed, which may have been executed all the same. Its message is fit for a log and holds no credential. */
export class SlotStoreError extends Error {
  override readonly name = "SlotStoreError";
}

/** A new random identity. */
export function newSlotId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
