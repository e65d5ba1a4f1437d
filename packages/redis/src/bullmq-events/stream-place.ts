import { BEGINNING, compareStreamIds } from "./stream-id.ts";
import type { StreamInfo } from "./stream-info.ts";

/** What a look at a stream brought to light. */
export interface PlaceFindings {
  /** Entries that are known to have gone unread since the last look. */
  readonly missed: number;
  /** Whether some went unread, or may have, and their number is not known. */
  readonly isGapOfUnknownSize: boolean;
  /** Whether it is another stream than before, or an older state of it: what was known of its jobs holds no more. */
  readonly isReplaced: boolean;
}

const NOTHING: PlaceFindings = { missed: 0, isGapOfUnknownSize: false, isReplaced: false };

/**
 * How far a stream has been read, and what of it was trimmed away before. Redis 7 counts the entries that were ever added: an entry's rank among
 * them less the entries that were read is what was missed. The rank is known where no entry is unread, and where the unread ones begin with the
 * first that is there. Whatever is in doubt counts nothing, so that what is reported is at most the truth.
 */
export class StreamPlace {
  #id: string;
  #accounted: number | undefined;

  /**
   * @param id - the last entry that was read
   * @param accounted - entries up to it, read or missed; `undefined` where that is not known
   */
  constructor(id: string, accounted: number | undefined) {
    this.#id = id;
    this.#accounted = accounted;
  }

  /** The last entry that was read. */
  get id(): string {
    return this.#id;
  }

  /** Entries up to it, read or missed; `undefined` where that is not known. */
  get accounted(): number | undefined {
    return this.#accounted;
  }

  /** Takes note of an entry that was read. */
  read(id: string): void {
    this.#id = id;
    if (this.#accounted !== undefined) this.#accounted += 1;
  }

  /** Compares with the stream as it is, `undefined` where it is absent. */
  look(info: StreamInfo | undefined): PlaceFindings {
    if (info === undefined) {
      const isReplaced = this.#id !== BEGINNING;
      this.#move(BEGINNING, 0);
      return { ...NOTHING, isReplaced };
    }
    const { added, firstId, lastId, length } = info;
    // Its last entry was added before the last that was read: Redis came back with an older state, or its clock went back.
    if (compareStreamIds(lastId, this.#id) < 0) {
      this.#move(lastId, added);
      return { ...NOTHING, isReplaced: true };
    }
    const isReplaced = added !== undefined && this.#accounted !== undefined && added < this.#accounted;
    if (isReplaced) this.#accounted = undefined;
    if (lastId === this.#id) return { missed: this.#settle(added, lastId), isGapOfUnknownSize: false, isReplaced };
    const isTrimmed = firstId === undefined || compareStreamIds(firstId, this.#id) > 0;
    if (!isTrimmed) return { ...NOTHING, isReplaced };
    const isCounted = added !== undefined && this.#accounted !== undefined;
    // A stream that is young begins with its first entry.
    const isWhole = this.#id === BEGINNING && length < YOUNG;
    const missed = this.#settle(added && added - length, firstId === undefined ? lastId : this.#id);
    return { missed, isGapOfUnknownSize: !isCounted && !isWhole, isReplaced };
  }

  /** Takes note of the rank of all that is read or gone; returns how much of it was not accounted for. */
  #settle(rank: number | undefined, id: string): number {
    const missed = rank === undefined || this.#accounted === undefined ? 0 : Math.max(0, rank - this.#accounted);
    this.#move(id, rank);
    return missed;
  }

  #move(id: string, accounted: number | undefined): void {
    this.#id = id;
    this.#accounted = accounted;
  }
}

/** BullMQ trims no stream of fewer entries, unless it is told to. */
const YOUNG = 10_000;
