/** What a heartbeat says of its worker. */
export interface Heartbeat {
  /** Logical clock of the worker when it was sent. */
  readonly clock: number;
  /** Tasks that the worker has started since it began. */
  readonly processed: number;
  /** Tasks that it runs. */
  readonly active: number;
}

interface KeptHeartbeat extends Heartbeat {
  /** Starts that were read and lie after it. */
  later: number;
}

/** Heartbeats for which a difference must stay: events are sent in batches, and a thread may count a task before it announces it. */
const PATIENCE = 3;

/**
 * Compares how many tasks a worker says that it has started with how many starts were read of it. Both are put in order by the worker's
 * logical clock, so that events which are on their way, late or out of order are no difference; and only a difference that stayed over
 * three heartbeats counts.
 */
export class ProcessedAudit {
  readonly #kept: KeptHeartbeat[] = [];
  #starts = 0;
  /** Starts that are explained: those before the first heartbeat, and those reported as missed. */
  #explained: number | undefined;
  #reported = false;

  /** @param fromTheStart - whether the worker began under our eyes, so that every start of it counts */
  constructor(fromTheStart: boolean) {
    this.#explained = fromTheStart ? 0 : undefined;
  }

  /** The newest heartbeat. */
  get newest(): Heartbeat | undefined {
    return this.#kept.at(-1);
  }

  /** Takes note of a start. */
  started(clock: number): void {
    this.#starts += 1;
    for (const heartbeat of this.#kept) if (clock > heartbeat.clock) heartbeat.later += 1;
  }

  /** Takes note of a heartbeat that is newer than the last. Answers the one that nothing can change any more, once there is one. */
  heard(heartbeat: Heartbeat): Heartbeat | undefined {
    const settled = this.#kept.length === PATIENCE ? this.#kept.shift() : undefined;
    this.#kept.push({ ...heartbeat, later: 0 });
    return settled;
  }

  /**
   * Starts that were missed and not reported before. Call it before a heartbeat is taken note of.
   *
   * @param isOver - whether the worker has ended, so that nothing is to be waited for
   */
  missed(isOver = false): number {
    if (this.#kept.length < PATIENCE && !isOver) return 0;
    let difference = Number.POSITIVE_INFINITY;
    for (const { processed, later } of this.#kept) {
      difference = Math.min(difference, processed - (this.#starts - later));
    }
    if (!Number.isFinite(difference)) return 0;
    const explained = this.#explained;
    // What came late after it was reported is not taken back, so it is not reported again either.
    if (explained === undefined || (difference < explained && !this.#reported)) this.#explained = difference;
    if (explained === undefined || difference <= explained) return 0;
    this.#explained = difference;
    this.#reported = true;
    return difference - explained;
  }

  /** Begins anew: what is different now is explained. */
  restart(): void {
    this.#kept.length = 0;
    this.#explained = undefined;
    this.#reported = false;
  }
}
