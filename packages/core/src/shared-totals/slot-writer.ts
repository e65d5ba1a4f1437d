import type { Slot, SlotVersion } from "./slot.ts";
import type { SlotCodec } from "./slot-codec.ts";
import { newSlotId, type PutAnswer, type SlotStore } from "./slot-store.ts";

/** What {@link SlotWriter} needs. */
export interface SlotWriterOptions {
  /** Where the slot is kept. */
  readonly store: SlotStore;
  /** Turns the slot into bytes; may be shared with others. */
  readonly codec: SlotCodec;
  /**
   * What this process has come to: a shape, which stays the same object while the series are the same, and numbers of its own, which nobody changes
   * any more. Counters and histograms never fall and their series never leave, whatever became of them in the process; sums are rounded as
   * `exactSum` does.
   */
  readonly read: () => Slot;
  /** Silence after which others may take the process for dead, in milliseconds, as everywhere on the platform. */
  readonly foldAfterMs: number;
  /**
   * For how long it is remembered that a slot was folded, in milliseconds, as in the limits of the base. After half of it without an answer of the
   * store, a slot that is no longer there is taken for folded, lest it be counted twice. By default it is remembered for ever.
   */
  readonly rememberMs?: number | undefined;
  /** Milliseconds of a clock that goes on while the process is stopped. */
  readonly now: () => number;
  /**
   * Told when the process found itself taken for dead; it goes on under another identity, which starts at what was not yet counted.
   *
   * @param wasKnown - false when it does not know what the base has of it: a part of what it counted may then be missing
   */
  readonly onFolded: (wasKnown: boolean) => void;
}

interface Life {
  readonly id: string;
  /** The newest version that the store has confirmed. */
  confirmed: SlotVersion | undefined;
  /** A version that was sent and not confirmed: the store may have it. It is sent until it is confirmed, so that there is only one such. */
  pending: SlotVersion | undefined;
  /** Versions before the confirmed one, newest first: a store that went back may fold one of them. */
  recent: SlotVersion[];
  /** Versions of before silences in which the slot may have been folded, newest first. */
  ofBeforeSilence: SlotVersion[];
}

/** Number of no version. */
const UNKNOWN = Number.POSITIVE_INFINITY;
/** Versions that are remembered of the last flushes: as many as have so many numbers together, but for few and many. */
const RECENT = { least: 2, most: 8, cells: 400_000 } as const;
/** Versions that are remembered of before silences, two of each. */
const MOST_OF_BEFORE_SILENCE = 8;

/**
 * Keeps the slot of this process in the store: overwrites it with all that was counted, or gives a sign of life when nothing was. Writing
 * twice changes nothing, so whatever fails is simply done again.
 */
export class SlotWriter {
  readonly #options: SlotWriterOptions;
  #life = newLife();
  /** What earlier lives had counted when they were folded, by key of the series: it is in the base. */
  readonly #counted = new Map<string, Float64Array>();
  #heardAtMs: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SlotWriterOptions) {
    this.#options = options;
    this.#heardAtMs = options.now();
  }

  /** Identity of the slot. */
  get id(): string {
    return this.#life.id;
  }

  /**
   * Brings the store up to date, one flush after the other.
   *
   * @param isLast - the process ends: nothing will be counted any more
   * @throws SlotStoreError when the store did not answer
   */
  flush(isLast = false): Promise<void> {
    const flushed = this.#turn.then(() => this.#flush(isLast));
    this.#turn = flushed.catch(() => {});
    return flushed;
  }

  async #flush(isLast: boolean): Promise<void> {
    const life = this.#life;
    const wasPending = life.pending !== undefined;
    life.pending ??= this.#next(life);
    const answer = await this.#put(life, isLast && !wasPending);
    if (answer.kind === "folded") {
      this.#reincarnate(life, answer.seq);
      return this.#flush(isLast);
    }
    const { now, foldAfterMs } = this.#options;
    const heardAtMs = now();
    if (heardAtMs - this.#heardAtMs > foldAfterMs / 2) {
      // The store may have lost its memory of a fold and get it back from others later.
      const newest = versionsOf(life).slice(0, life.pending === undefined ? 1 : 2);
      life.ofBeforeSilence = [...newest, ...life.ofBeforeSilence].slice(0, MOST_OF_BEFORE_SILENCE);
    }
    this.#heardAtMs = heardAtMs;
    if (life.pending === undefined) return;
    const affordable = Math.floor(RECENT.cells / Math.max(1, life.pending.cells.length));
    life.recent = versionsOf(life).slice(1, 1 + Math.min(RECENT.most, Math.max(RECENT.least, affordable)));
    life.confirmed = life.pending;
    life.pending = undefined;
    // What was sent again is old by now.
    if (wasPending) return this.#flush(isLast);
  }

  async #put({ id, pending, confirmed }: Life, isLast: boolean): Promise<PutAnswer> {
    const { store, codec, now, rememberMs = Number.POSITIVE_INFINITY } = this.#options;
    if (confirmed !== undefined && now() - this.#heardAtMs > rememberMs / 2) {
      const { seq } = confirmed;
      const answer = await store.put({ id, seq, slot: undefined, isOwner: true, isLast: false });
      if (answer.kind === "missing") return { kind: "folded", seq: UNKNOWN };
      if (answer.kind === "folded") return answer;
    }
    const version = (pending ?? confirmed) as SlotVersion;
    const send = async (withSlot: boolean): Promise<PutAnswer> => {
      const slot = withSlot ? await codec.encode(version) : undefined;
      return store.put({ id, seq: version.seq, slot, isOwner: true, isLast });
    };
    const answer = await send(pending !== undefined);
    return answer.kind === "missing" ? send(true) : answer;
  }

  /** The next version; `undefined` when nothing changed. */
  #next({ confirmed }: Life): SlotVersion | undefined {
    const slot = this.#sinceFolded(this.#options.read());
    if (confirmed !== undefined && isSame(slot, confirmed)) return undefined;
    return { seq: (confirmed?.seq ?? 0) + 1, shape: slot.shape, cells: slot.cells };
  }

  #sinceFolded({ shape, cells }: Slot): Slot {
    if (this.#counted.size === 0) return { shape, cells };
    const rest = cells.slice();
    let at = 0;
    for (const { key, width } of shape) {
      const counted = this.#counted.get(key);
      if (counted !== undefined) {
        for (let cell = 0; cell < width; cell++)
          rest[at + cell] = Math.max(0, (rest[at + cell] as number) - (counted[cell] as number));
      }
      at += width;
    }
    return { shape, cells: rest };
  }

  #reincarnate(life: Life, seq: number): void {
    const versions = [...versionsOf(life), ...life.ofBeforeSilence];
    // Of what cannot be known, too much is taken for counted: a total that is too small is a miss, one that is too large is a lie.
    const later = versions.filter((version) => version.seq >= seq).sort((one, other) => one.seq - other.seq);
    const counted = later[0] ?? versions[0];
    let at = 0;
    for (const { instrument, key, width } of counted?.shape ?? []) {
      if (instrument.kind !== "living") this.#count(key, (counted as Slot).cells.subarray(at, at + width));
      at += width;
    }
    this.#life = newLife();
    this.#options.onFolded(counted?.seq === seq);
  }

  #count(key: string, cells: Float64Array): void {
    const before = this.#counted.get(key);
    this.#counted.set(
      key,
      before === undefined ? cells.slice() : before.map((cell, index) => cell + (cells[index] as number)),
    );
  }
}

function newLife(): Life {
  return { id: newSlotId(), confirmed: undefined, pending: undefined, recent: [], ofBeforeSilence: [] };
}

/** The versions that the store may have, newest first. */
function versionsOf({ pending, confirmed, recent }: Life): SlotVersion[] {
  return [pending, confirmed, ...recent].filter((version) => version !== undefined);
}

function isSame(one: Slot, other: Slot): boolean {
  return one.shape === other.shape && one.cells.every((cell, index) => cell === other.cells[index]);
}
