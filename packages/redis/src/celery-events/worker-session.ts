import { type CeleryEvent, countField, numberField } from "./celery-event.ts";
import { EndedAudit } from "./ended-audit.ts";
import type { WorkerPosition } from "./event-position.ts";
import { type Heartbeat, ProcessedAudit } from "./processed-audit.ts";
import { ReplayWindow } from "./replay-window.ts";
import type { TrackedTask } from "./task-registry.ts";

/** A clock that is further off than this is not that of the network and a busy process: it is wrong. */
const WRONG_CLOCK_SECONDS = 0.5;

/** What a heartbeat brought to light. */
export interface HeartbeatFindings {
  /** Starts that were missed. */
  readonly missed: number;
  /** Whether the worker has run tasks and announced none of them: it is not told to. */
  readonly isSilent: boolean;
  /** A heartbeat for which all events have been read by now. */
  readonly settled: Heartbeat | undefined;
}

const NOTHING: HeartbeatFindings = { missed: 0, isSilent: false, settled: undefined };

/** One process of a worker, from the first that is read of it. */
export class WorkerSession {
  /** Name of the worker: `celery@host`. */
  readonly node: string;
  /** Whether it is there, by its heartbeats. */
  alive = false;
  /** Whether it said that it ends, or loses its connection. */
  signedOff = false;
  /** Whether nothing more is expected of it. */
  closed = false;
  /** When anything of it was last read, in milliseconds. */
  lastReadMs: number;
  /** Tasks that it runs, the one that started first ahead. */
  readonly running: Set<TrackedTask> = new Set();
  readonly #replay = new ReplayWindow();
  #audit: ProcessedAudit;
  readonly #ends = new EndedAudit();
  /** Stamp of the newest heartbeat, by the worker's clock. */
  #heardAtSeconds = 0;
  #announces = false;
  #silent = false;
  /** How much this host's clock is ahead of the worker's, by its last heartbeats. */
  readonly #skews: number[] = [];

  constructor(node: string, nowMs: number, fromTheStart: boolean) {
    this.node = node;
    this.lastReadMs = nowMs;
    this.#audit = new ProcessedAudit(fromTheStart);
  }

  /** Whether the worker announces no tasks although it runs some. */
  get isSilent(): boolean {
    return this.#silent;
  }

  /** Whether it has announced a task. */
  get announces(): boolean {
    return this.#announces;
  }

  /** What one that reads on later must know; `undefined` while it is not known. */
  get position(): WorkerPosition | undefined {
    const { accounted } = this.#ends;
    // Fewer than none would be a worker that announced what it did not count.
    return accounted === undefined ? undefined : { accounted: Math.max(0, accounted), announces: this.#announces };
  }

  /** Goes on where another reader of the same process left off. */
  resume({ accounted, announces }: WorkerPosition): void {
    this.#announces = announces;
    this.#ends.resume(accounted);
  }

  /** Whether an event is read for the first time. */
  admit(event: CeleryEvent): boolean {
    const clock = countField(event, "clock");
    return clock === undefined || this.#replay.admit(clock);
  }

  /** Takes note of any event about a task. */
  announced(): void {
    this.#announces = true;
    if (!this.#silent) return;
    // Events were switched on: what ran before is no loss.
    this.#silent = false;
    this.#audit.restart();
    this.#ends.forgive();
  }

  /** Takes note of a started task. */
  started(event: CeleryEvent): void {
    this.#audit.started(countField(event, "clock") ?? Number.MAX_SAFE_INTEGER);
  }

  /** Takes note of the end of a run that is recorded now. */
  ended(event: CeleryEvent): void {
    this.#ends.ended(countField(event, "clock") ?? Number.MAX_SAFE_INTEGER);
  }

  /** The same for one that is recorded later: call what is returned then. */
  endedAndHeld(event: CeleryEvent): () => void {
    this.ended(event);
    return this.#ends.hold();
  }

  /** Whether a heartbeat is one of another process that has this worker's name and process id, as in a container that was restarted. */
  isReplacedBy(event: CeleryEvent): boolean {
    const last = this.#audit.newest;
    const processed = countField(event, "processed");
    if (last === undefined || processed === undefined || processed >= last.processed) return false;
    // One that comes late, or twice, is older.
    return (numberField(event, "timestamp") ?? 0) > this.#heardAtSeconds;
  }

  /** Takes note of a heartbeat. */
  heard(event: CeleryEvent, nowMs: number): HeartbeatFindings {
    const timestamp = numberField(event, "timestamp");
    if (timestamp !== undefined) {
      this.#skews.push(nowMs / 1000 - timestamp);
      if (this.#skews.length > 3) this.#skews.shift();
    }
    const clock = countField(event, "clock");
    const processed = countField(event, "processed");
    if (clock === undefined || processed === undefined) return NOTHING;
    if (clock <= (this.#audit.newest?.clock ?? -1)) return NOTHING;
    this.#heardAtSeconds = timestamp ?? 0;
    const active = countField(event, "active");
    const missed = this.#audit.missed() + this.#missedBefore();
    const settled = this.#audit.heard({ clock, processed, active: active ?? processed });
    if (active !== undefined) this.#ends.heard({ clock, processed, active });
    if (missed === 0 || this.#announces) return { missed, isSilent: false, settled };
    this.#silent = true;
    return { missed: 0, isSilent: true, settled };
  }

  /** What it said last, and the starts that were missed, when nothing more is to come. */
  conclude(): { readonly missed: number; readonly last: Heartbeat | undefined } {
    const missed = this.#audit.missed(true) + this.#missedBefore(true);
    return { missed: this.#announces ? missed : 0, last: this.#audit.newest };
  }

  /** What ended before this reader began. Of a worker that may not announce anything, nothing is known. */
  #missedBefore(isOver = false): number {
    return this.#announces ? this.#ends.missed(isOver) : 0;
  }

  /** A stamp of this worker as this host's clock would have it, in seconds. */
  toOwnClock(timestamp: number, nowMs: number): number {
    const skew = this.#skews.length === 0 ? nowMs / 1000 - timestamp : Math.min(...this.#skews);
    return Math.abs(skew) > WRONG_CLOCK_SECONDS ? timestamp + skew : timestamp;
  }
}

/** How much to add to a stamp of a process that is known by this one event, such as a producer's. */
export function ownClockOffset(timestamp: number, nowMs: number): number {
  const skew = nowMs / 1000 - timestamp;
  return Math.abs(skew) > WRONG_CLOCK_SECONDS ? skew : 0;
}
