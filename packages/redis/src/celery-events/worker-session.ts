import { type CeleryEvent, countField, numberField } from "./celery-event.ts";
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
  }

  /** Takes note of a started task. */
  started(event: CeleryEvent): void {
    this.#audit.started(countField(event, "clock") ?? Number.MAX_SAFE_INTEGER);
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
    const missed = this.#audit.missed();
    const settled = this.#audit.heard({ clock, processed, active: countField(event, "active") ?? processed });
    if (missed === 0 || this.#announces) return { missed, isSilent: false, settled };
    this.#silent = true;
    return { missed: 0, isSilent: true, settled };
  }

  /** What it said last, and the starts that were missed, when nothing more is to come. */
  conclude(): { readonly missed: number; readonly last: Heartbeat | undefined } {
    const missed = this.#audit.missed(true);
    return { missed: this.#announces ? missed : 0, last: this.#audit.newest };
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
