import type { Heartbeat } from "./processed-audit.ts";

interface KeptHeartbeat extends Heartbeat {
  /** Ends that were read and lie after it. */
  later: number;
}

/** Heartbeats over which a difference must stay, as for starts. */
const PATIENCE = 3;

/**
 * Knows how many runs of one worker are accounted for: their end was read and recorded, or they were reported as missed, or they ended before
 * anybody listened. A reader that goes on where another left off compares that with what the worker's heartbeats say; the difference is what
 * ended while nobody listened.
 */
export class EndedAudit {
  readonly #kept: KeptHeartbeat[] = [];
  /** The newest heartbeat for which all events have been read by now. */
  #settled: KeptHeartbeat | undefined;
  #ends = 0;
  /** Ends that were read and are not recorded yet. */
  #held = 0;
  /** Runs that were accounted for when an earlier reader ended, until they have been compared. */
  #resumed: number | undefined;

  /** Goes on from what {@link accounted} of an earlier reader said. */
  resume(accounted: number): void {
    this.#resumed = accounted;
  }

  /** Gives up comparing: what is different is no loss. */
  forgive(): void {
    this.#resumed = undefined;
  }

  /** Takes note of the end of a run. */
  ended(clock: number): void {
    this.#ends += 1;
    for (const heartbeat of this.#kept) if (clock > heartbeat.clock) heartbeat.later += 1;
    if (this.#settled !== undefined && clock > this.#settled.clock) this.#settled.later += 1;
  }

  /** Says that an end which was read waits to be recorded; call what is returned when it is. */
  hold(): () => void {
    this.#held += 1;
    return () => {
      this.#held -= 1;
    };
  }

  /** Takes note of a heartbeat that is newer than the last. */
  heard(heartbeat: Heartbeat): void {
    if (this.#kept.length === PATIENCE) this.#settled = this.#kept.shift();
    this.#kept.push({ ...heartbeat, later: 0 });
  }

  /**
   * Runs that ended while nobody listened, once it can be told and once only. Call it before a heartbeat is taken note of.
   *
   * @param isOver - whether the worker has ended, so that nothing is to be waited for
   */
  missed(isOver = false): number {
    if (this.#resumed === undefined || this.#kept.length < (isOver ? 1 : PATIENCE)) return 0;
    const unread = Math.min(...this.#kept.map((heartbeat) => this.#unread(heartbeat)));
    const missed = unread - this.#resumed;
    this.#resumed = undefined;
    // Fewer than before: another process under the same name, of which nothing is known.
    return Math.max(0, missed);
  }

  /** Runs that are accounted for; `undefined` while that is not known. */
  get accounted(): number | undefined {
    const recorded = this.#ends - this.#held;
    if (this.#resumed !== undefined) return this.#resumed + recorded;
    const heartbeat = this.#settled ?? this.#kept[0];
    return heartbeat === undefined ? undefined : this.#unread(heartbeat) + recorded;
  }

  /** Runs that had ended at a heartbeat and were not read. */
  #unread({ active, later, processed }: KeptHeartbeat): number {
    return processed - active - (this.#ends - later);
  }
}
