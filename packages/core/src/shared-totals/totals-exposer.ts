import { LoopShare } from "../loop-share.ts";
import { chooseBase, foldedOnlyIn, foldedSeq } from "./base-history.ts";
import { type BaseLimits, foldInto } from "./base-slot.ts";
import { KnownSlots } from "./known-slots.ts";
import type { EncodedSlot, SlotCodec } from "./slot-codec.ts";
import { BASE_ID, newSlotId, type SlotEntry, type SlotStore, SlotStoreError, type StoreListing } from "./slot-store.ts";
import { type SharedTotals, SlotSum } from "./slot-sum.ts";

/** What {@link TotalsExposer} needs. */
export interface TotalsExposerOptions {
  /** Where the slots are kept. */
  readonly store: SlotStore;
  /** Reads and writes slots; may be shared with others, and then reads what they have in common but once. */
  readonly codec: SlotCodec;
  /** How often every process writes, in milliseconds. */
  readonly intervalMs: number;
  /** A slot without a sign of life for so long is folded, in milliseconds. */
  readonly foldAfterMs: number;
  /** What bounds the base; the same for every exposer. */
  readonly limits: BaseLimits;
  /** A monotonic clock, in milliseconds. */
  readonly elapsed: () => number;
  /** The time, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of what cannot be read or made whole, each time that it is found. */
  readonly onProblem: (message: string) => void;
}

const ATTEMPTS = 4;
/** Most slots that are folded at once. */
const FOLD_LENGTH = 100;
/** Intervals after which everybody has written again: only then is a store that was broken whole. */
const SETTLING_INTERVALS = 1.5;
/** Intervals without a sign of life after which a process does not count as alive. */
const ALIVE_INTERVALS = 3;

/**
 * Adds up the slots of all processes. It remembers every slot that it has read, so that a store that lost some, or went back in time, is made
 * whole again and no total ever falls; and it adds the slots of processes that ended to the base.
 */
export class TotalsExposer {
  readonly #options: TotalsExposerOptions;
  readonly #known = new KnownSlots();
  /** Slots whose version of this number cannot be read. */
  readonly #unreadable = new Map<string, number>();
  #base: EncodedSlot | undefined;
  /** Of the store's base; `undefined` when another may be there now. */
  #baseToken: string | undefined = "";
  /** Whether our base is later than that of the store. */
  #isAhead = false;
  #lookedAt: number | undefined;
  #lookedAtTime: number;
  #running: Promise<unknown> = Promise.resolve();
  #queued: Promise<SharedTotals | undefined> | undefined;

  constructor(options: TotalsExposerOptions) {
    this.#options = options;
    this.#lookedAtTime = options.now();
  }

  /**
   * The totals of the platform, read after this call; `undefined` while they cannot be known, because the store was broken a moment ago, or because
   * reading took longer than an interval.
   *
   * @throws SlotStoreError when the store did not answer
   */
  read(): Promise<SharedTotals | undefined> {
    // Never one that is under way: what somebody else showed before we were asked must be in ours.
    this.#queued ??= this.#inTurn(async () => {
      this.#queued = undefined;
      const { elapsed, intervalMs } = this.#options;
      const beganAt = elapsed();
      const listing = await this.#makeWhole();
      const totals = this.#isSettled(listing) ? await this.#sum(listing) : undefined;
      // The store may have been broken and be whole again without knowing of what is shown so late.
      return elapsed() - beganAt > intervalMs ? undefined : totals;
    });
    return this.#queued;
  }

  /**
   * Makes the store whole and adds to the base who ended; to be called once per interval.
   *
   * @throws SlotStoreError when the store did not answer, or not all could be made whole
   */
  tend(): Promise<void> {
    return this.#inTurn(async () => {
      const listing = await this.#makeWhole();
      if (this.#isSettled(listing)) await this.#fold();
    });
  }

  /** Looks, and writes what the store has lost: nothing is shown that others who look later could not see. */
  async #makeWhole(): Promise<StoreListing> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const listing = await this.#look();
      if (await this.#heal(listing)) return listing;
    }
    throw changedTooFast();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#running.then(work);
    this.#running = done.catch(() => {});
    return done;
  }

  /** Whether all is in the store that is known to anybody; no slot of it went on after it was folded (see {@link SlotStore.bury}). */
  #isSettled({ nowMs, unbrokenSinceMs, slots }: StoreListing): boolean {
    if (nowMs - unbrokenSinceMs < SETTLING_INTERVALS * this.#options.intervalMs) return false;
    for (const [id, { seq }] of slots) if (seq > (foldedSeq(this.#base, id) ?? seq)) return false;
    return true;
  }

  /** Brings what we know up to date. */
  async #look(): Promise<StoreListing> {
    this.#forgetWhatIsTooOld();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const listing = await this.#options.store.list();
      if (!(await this.#readSlots(listing)) || !(await this.#readBase(listing))) continue;
      this.#note(listing);
      return listing;
    }
    throw changedTooFast();
  }

  /** Who was stopped for long knows slots that were folded, and that everybody else has forgotten to be. */
  #forgetWhatIsTooOld(): void {
    const { now, limits } = this.#options;
    const passedMs = now() - this.#lookedAtTime;
    this.#lookedAtTime = now();
    if (passedMs <= limits.rememberMs / 2) return;
    this.#known.clear();
    this.#base = undefined;
    this.#baseToken = "";
    this.#isAhead = false;
  }

  /** False when a slot is not there as it was listed: it was folded meanwhile, or another server answers. */
  async #readSlots({ slots }: StoreListing): Promise<boolean> {
    const { store, codec, onProblem } = this.#options;
    const wanted = [...slots].filter(
      ([id, { seq }]) => seq > this.#known.seqOf(id) && this.#unreadable.get(id) !== seq,
    );
    const fetched = wanted.length === 0 ? [] : await store.fetch(wanted.map(([id]) => id));
    const share = new LoopShare();
    let isWhole = true;
    for (const [index, [id, { seq }]] of wanted.entries()) {
      const encoded = fetched[index];
      const version = encoded && (await codec.decode(encoded));
      if (encoded !== undefined && version === undefined) {
        this.#unreadable.set(id, seq);
        onProblem("A slot of the shared totals cannot be read: another release, or another program, wrote it.");
      }
      if (version !== undefined) this.#known.see(id, version);
      if (encoded === undefined || (version?.seq ?? seq) < seq) isWhole = false;
      if (share.isUsed()) await share.pause();
    }
    return isWhole;
  }

  /** False when the base is not there that was listed. */
  async #readBase({ baseToken, unbrokenSinceMs }: StoreListing): Promise<boolean> {
    if (baseToken === this.#baseToken) return true;
    const { store, codec, onProblem } = this.#options;
    if (baseToken === "") {
      this.#takeBase(undefined, baseToken);
      return true;
    }
    const [encoded] = await store.fetch([BASE_ID]);
    if (encoded === undefined) return false;
    const theirs = await codec.decode(encoded);
    if (theirs?.base === undefined) {
      onProblem("The base of the shared totals cannot be read: another release, or another program, wrote it.");
      throw new SlotStoreError("The base of the shared totals cannot be read.");
    }
    // It may be the last of a server that is lost by now, and nobody else may know it: it is looked at in any case.
    this.#takeBase(theirs, undefined);
    // A base does not tell to which listing it belongs: it belongs to this one when nothing has changed since.
    const after = await store.list();
    const isListed = after.baseToken === baseToken && after.unbrokenSinceMs === unbrokenSinceMs;
    if (isListed) this.#baseToken = baseToken;
    return isListed;
  }

  #takeBase(theirs: EncodedSlot | undefined, token: string | undefined): void {
    const { now, limits } = this.#options;
    const sinceMs = now() - limits.rememberMs / 2;
    this.#baseToken = token;
    this.#isAhead = chooseBase(this.#base, theirs, sinceMs) === "heal";
    if (!this.#isAhead) this.#adopt(theirs, sinceMs);
  }

  #adopt(theirs: EncodedSlot | undefined, sinceMs: number): void {
    const lost = foldedOnlyIn(this.#base, theirs, sinceMs);
    this.#base = theirs;
    for (const id of lost) {
      if (this.#known.exhume(id)) continue;
      this.#options.onProblem("The totals of a process that ended were lost with the memory of the store.");
    }
  }

  /** Notes what the listing says of each slot, and forgets slots that are in the base. */
  #note({ slots }: StoreListing): void {
    const { elapsed, intervalMs } = this.#options;
    const at = elapsed();
    // Time in which we did not look, because we were stopped ourselves, proves nobody dead.
    const passedMs = this.#lookedAt === undefined ? 0 : Math.min(at - this.#lookedAt, 2 * intervalMs);
    this.#lookedAt = at;
    for (const [id] of this.#known.entries()) if (foldedSeq(this.#base, id) !== undefined) this.#known.bury(id);
    this.#known.note(slots, passedMs);
    for (const id of this.#unreadable.keys()) if (!slots.has(id)) this.#unreadable.delete(id);
  }

  async #sum({ nowMs }: StoreListing): Promise<SharedTotals> {
    const aliveSinceMs = nowMs - ALIVE_INTERVALS * this.#options.intervalMs;
    const sum = new SlotSum();
    if (this.#base !== undefined) await sum.addBase(this.#base);
    for (const [, { version, entry, ended }] of this.#known.entries()) {
      const isAlive = entry !== undefined && !ended && entry.aliveAtMs >= aliveSinceMs;
      await sum.add(version, { isAlive, hasEnded: ended });
    }
    return sum.result();
  }

  /** Writes what the store has lost; false when somebody else changed the base meanwhile. */
  async #heal({ slots }: StoreListing): Promise<boolean> {
    const { store, codec } = this.#options;
    if (this.#base !== undefined && this.#isAhead && !(await this.#replaceBase(this.#base, new Map(), []))) {
      return false;
    }
    const revenants = new Map<string, number>();
    for (const id of slots.keys()) {
      const seq = foldedSeq(this.#base, id);
      if (seq !== undefined) revenants.set(id, seq);
    }
    if (revenants.size > 0) await store.bury(revenants, this.#baseToken ?? "");
    for (const [id, { version, entry, ended }] of this.#known.entries()) {
      if ((entry?.seq ?? 0) >= version.seq && entry?.ended === ended) continue;
      const slot = await codec.encode(version);
      await store.put({ id, seq: version.seq, slot, isOwner: false, isLast: ended });
    }
    return true;
  }

  /** Adds to the base who said goodbye, and who has not been heard of for long enough. */
  async #fold(): Promise<void> {
    const { foldAfterMs, limits, now } = this.#options;
    const dead = [...this.#known.entries()]
      .filter(([, { entry, ended, quietMs, version }]) => {
        return entry?.seq === version.seq && (ended || quietMs >= foldAfterMs);
      })
      .slice(0, FOLD_LENGTH);
    if (dead.length === 0) return;
    const ids = new Set(dead.map(([id]) => id));
    const inUse = new Set<string>();
    for (const [id, { version }] of this.#known.entries()) {
      if (!ids.has(id)) for (const { key } of version.shape) inUse.add(key);
    }
    const folding = dead.map(([id, { version }]) => ({ id, slot: version }));
    const { base, forgotten } = await foldInto(this.#base, folding, now(), limits, (key) => inUse.has(key));
    const folded = new Map(dead.map(([id, { entry }]) => [id, entry as SlotEntry]));
    if (await this.#replaceBase(base, folded, forgotten)) for (const id of ids) this.#known.bury(id);
  }

  async #replaceBase(
    base: EncodedSlot,
    folded: ReadonlyMap<string, SlotEntry>,
    forget: readonly string[],
  ): Promise<boolean> {
    const { store, codec } = this.#options;
    const token = newSlotId();
    const slot = await codec.encode(base);
    const expectedToken = this.#baseToken ?? "";
    if (!(await store.replaceBase({ expectedToken, token, slot, folded, forget }))) return false;
    this.#base = base;
    this.#baseToken = token;
    this.#isAhead = false;
    return true;
  }
}

function changedTooFast(): SlotStoreError {
  return new SlotStoreError("The slots of the shared totals changed faster than they could be read.");
}
