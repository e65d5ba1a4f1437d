import type { EncodedSlot } from "./slot-codec.ts";
import type { SlotEntry } from "./slot-store.ts";

/** A slot as it was last seen. */
export interface KnownSlot {
  /** The newest version that was read. */
  readonly version: EncodedSlot;
  /** As the store lists it; `undefined` while it does not. */
  readonly entry: SlotEntry | undefined;
  /** Whether its process ever said that it ended. */
  readonly ended: boolean;
  /** For how long the entry has not changed, as far as we looked, in milliseconds. */
  readonly quietMs: number;
}

/** Most slots that are kept after they were folded, and most numbers that they have together. */
const MOST_GRAVES = 1000;
const MOST_GRAVE_CELLS = 1_000_000;

/** Every slot that an exposer has read and that is not in the base; and for a while those that are, in case that the store forgets it. */
export class KnownSlots {
  readonly #slots = new Map<string, KnownSlot>();
  readonly #graves = new Map<string, EncodedSlot>();
  #graveCells = 0;

  /** Number of the newest version that is known; 0 when none is. */
  seqOf(id: string): number {
    return this.#slots.get(id)?.version.seq ?? 0;
  }

  entries(): IterableIterator<[string, KnownSlot]> {
    return this.#slots.entries();
  }

  /** Takes a version that was read; an older one than is known changes nothing. */
  see(id: string, version: EncodedSlot): void {
    const known = this.#slots.get(id);
    if (known === undefined) this.#slots.set(id, { version, entry: undefined, ended: false, quietMs: 0 });
    else if (version.seq > known.version.seq) this.#slots.set(id, { ...known, version });
  }

  /**
   * Takes what the store lists.
   *
   * @param passedMs - time since the listing before, as far as it proves anything
   */
  note(listed: ReadonlyMap<string, SlotEntry>, passedMs: number): void {
    for (const [id, known] of this.#slots) {
      const entry = listed.get(id);
      const isQuiet = entry !== undefined && entry.token === known.entry?.token;
      const ended = known.ended || (entry?.ended ?? false);
      this.#slots.set(id, { version: known.version, entry, ended, quietMs: isQuiet ? known.quietMs + passedMs : 0 });
    }
  }

  /** The slot is in the base: it counts no longer by itself. */
  bury(id: string): void {
    const known = this.#slots.get(id);
    if (known === undefined) return;
    this.#slots.delete(id);
    this.#graves.set(id, known.version);
    this.#graveCells += known.version.cells.length;
    for (const [oldest, { cells }] of this.#graves) {
      if (this.#graves.size <= MOST_GRAVES && this.#graveCells <= MOST_GRAVE_CELLS) break;
      this.#graves.delete(oldest);
      this.#graveCells -= cells.length;
    }
  }

  /** The slot is in the base no longer: it counts by itself again. False when it is not known any more. */
  exhume(id: string): boolean {
    const grave = this.#graves.get(id);
    if (grave !== undefined) this.see(id, grave);
    return this.#slots.has(id);
  }

  clear(): void {
    this.#slots.clear();
    this.#graves.clear();
    this.#graveCells = 0;
  }
}
