import type { StoreContent } from "../../../src/shared-totals/memory-slot-store.ts";
import { BASE_ID, type PutSlot, type SlotStore } from "../../../src/shared-totals/slot-store.ts";
import type { InstantCodec } from "./instant-codec.ts";

/** Versions of slots that somebody has, or has in a base. */
export type Known = Map<string, number>;

/** What was in each version of each slot, and who knows which: seen from outside, by what went over the wires. */
export class Knowledge {
  readonly #codec: InstantCodec;
  /** By identity: whose it is. */
  readonly #owners = new Map<string, number>();
  /** By identity and number: what the process' own series has in it. */
  readonly #units = new Map<string, number>();
  /** Numbers with which a process was told to be in the base. */
  readonly #told = new Map<string, number>();

  constructor(codec: InstantCodec) {
    this.#codec = codec;
  }

  sent(process: number, { id, seq, slot }: PutSlot): void {
    this.#owners.set(id, process);
    if (slot !== undefined) this.#units.set(`${id} ${seq}`, this.#codec.peek(slot).cells[1] as number);
  }

  told(id: string, seq: number): void {
    this.#told.set(id, seq);
  }

  /** What a caller learns by an answer. */
  learn(known: Known, method: keyof SlotStore, request: unknown, answer: unknown): void {
    if (method !== "fetch") return;
    for (const [index, bytes] of (answer as (Uint8Array | undefined)[]).entries()) {
      const id = (request as string[])[index] as string;
      if (bytes !== undefined) this.#learn(known, id, bytes);
    }
  }

  ofContent({ slots, base }: StoreContent): Known {
    const known: Known = new Map();
    for (const [id, { slot }] of slots) this.#learn(known, id, slot);
    if (base !== undefined) this.#learn(known, BASE_ID, base.slot);
    return known;
  }

  /**
   * What all of them together know a process to have counted. A slot that was folded ends with the version that was: a process that writes a later
   * one, because the store forgot the fold, is told so, and goes on elsewhere, unless it ends before.
   */
  units(process: number, holders: readonly Known[], inBase: Known = new Map()): number {
    const all: Known = new Map();
    for (const known of holders) for (const [id, seq] of known) raise(all, id, seq);
    let units = 0;
    for (const [id, seq] of all) {
      if (this.#owners.get(id) !== process) continue;
      units += this.#units.get(`${id} ${Math.min(seq, this.#told.get(id) ?? seq, inBase.get(id) ?? seq)}`) ?? 0;
    }
    return units;
  }

  /** What a process was told to be in the base, and what none of them knows to be there. */
  lost(process: number, holders: readonly Known[]): number {
    let lost = 0;
    for (const [id, seq] of this.#told) {
      if (this.#owners.get(id) !== process) continue;
      const known = Math.min(seq, Math.max(0, ...holders.map((holder) => holder.get(id) ?? 0)));
      lost += (this.#units.get(`${id} ${seq}`) ?? 0) - (this.#units.get(`${id} ${known}`) ?? 0);
    }
    return lost;
  }

  #learn(known: Known, id: string, bytes: Uint8Array): void {
    const { seq, base } = this.#codec.peek(bytes);
    if (id !== BASE_ID) raise(known, id, seq);
    for (const [folded, [foldedSeq]] of Object.entries(base?.folded ?? {})) raise(known, folded, foldedSeq);
  }
}

function raise(known: Known, id: string, seq: number): void {
  known.set(id, Math.max(known.get(id) ?? 0, seq));
}
