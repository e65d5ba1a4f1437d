import type { LoopShare, TaskRecorder } from "@taskvitals/core";
import { JobTracker } from "./job-tracker.ts";
import type { KeptJob, KeptStream } from "./kept-position.ts";
import type { OpenJob, OpenJobs } from "./open-jobs.ts";
import type { StreamEntry } from "./stream-entry.ts";
import { BEGINNING, compareStreamIds, stampOf } from "./stream-id.ts";
import type { StreamInfo, StreamState } from "./stream-info.ts";
import { type PlaceFindings, StreamPlace } from "./stream-place.ts";

/** What {@link QueueStream} needs. */
export interface QueueStreamOptions {
  /** Key of the stream. */
  readonly key: string;
  /** The `queue` label. */
  readonly queue: string;
  readonly tasks: TaskRecorder;
  readonly jobs: OpenJobs;
  /** Where an earlier life was. */
  readonly kept: KeptStream | undefined;
  /** Since when all that is in the stream is to be counted, in Unix milliseconds. Default: since the first look. */
  readonly sinceMs: number | undefined;
}

/** Entries that are read again at the start, at most, to learn of the jobs that are under way. */
const MOST_LEARNED = 20_000;

/** The stream of one queue, from the first look at it. */
export class QueueStream {
  readonly key: string;
  readonly queue: string;
  /** As it was at the last look. */
  state: StreamState | undefined;
  /** When that was, by a monotonic clock, in milliseconds. */
  lookedMs: number = Number.NEGATIVE_INFINITY;
  /** Whether it is to be looked at before it is read again. */
  lookIsDue = true;
  /** Whether anything was read since the last look. */
  touched = false;
  readonly #jobs: OpenJobs;
  readonly #tracker: JobTracker;
  readonly #sinceMs: number | undefined;
  #place: StreamPlace | undefined;
  /** The last entry that was read in this life; behind the place while it learns. */
  #cursor = BEGINNING;
  #hasLearned = false;

  constructor({ jobs, kept, key, queue, sinceMs, tasks }: QueueStreamOptions) {
    this.key = key;
    this.queue = queue;
    this.#jobs = jobs;
    this.#sinceMs = sinceMs;
    this.#tracker = new JobTracker({ stream: key, queue, tasks, jobs });
    if (kept === undefined) return;
    this.#place = new StreamPlace(kept.id, kept.entries);
    for (const job of kept.jobs) this.#tracker.resume(resumed(key, job));
  }

  /** Where reading goes on; `undefined` where it cannot be read. */
  get cursor(): string | undefined {
    return this.state === undefined || this.state.kind === "unreadable" ? undefined : this.#cursor;
  }

  /** How far it was read, to be kept with these jobs; `undefined` before the first look. */
  kept(jobs: readonly KeptJob[]): KeptStream | undefined {
    if (this.#place === undefined) return undefined;
    const { accounted, id } = this.#place;
    return { id, ...(accounted !== undefined && { entries: accounted }), jobs };
  }

  /** Takes note of the stream as it is now. */
  look(state: StreamState, nowMs: number): PlaceFindings | undefined {
    this.state = state;
    this.lookedMs = nowMs;
    this.lookIsDue = false;
    this.touched = false;
    if (state.kind === "unreadable") return undefined;
    const info = state.kind === "there" ? state.info : undefined;
    this.#place ??= this.#begin(info);
    const findings = this.#place.look(info);
    if (findings.isReplaced) this.#jobs.clear(this.key);
    if (findings.isReplaced || !this.#hasLearned) {
      this.#cursor = this.#learnFrom(this.#place.id, info);
      this.#hasLearned = true;
    }
    return findings;
  }

  /**
   * Takes what was read.
   *
   * @param isFull - whether there may be more at once
   * @param isOver - asked before each entry: whether nothing more is to be taken
   * @returns the stamp of the last event in milliseconds; `undefined` without one
   */
  async take(
    entries: readonly StreamEntry[],
    isFull: boolean,
    share: LoopShare,
    isOver: () => boolean,
  ): Promise<number | undefined> {
    const place = this.#place;
    if (place === undefined) return undefined;
    let stamp: number | undefined;
    this.touched = true;
    this.lookIsDue ||= isFull;
    for (const [index, { id, event }] of entries.entries()) {
      if (share.isUsed()) await share.pause();
      if (isOver()) break;
      const next = entries[index + 1];
      const mayBeStall = event?.event === "waiting" && event.prev === "active";
      // Whether it is one is told by the next entry, which is still to be read: this one is read again.
      if (mayBeStall && next === undefined && isFull) break;
      const atMs = stampOf(id);
      const isPast = compareStreamIds(id, place.id) <= 0;
      const isStall = mayBeStall && next?.event?.event === "stalled" && next.event.jobId === event.jobId;
      if (event !== undefined) this.#tracker.take(event, { atMs, isPast, isStall });
      this.#cursor = id;
      if (!isPast) place.read(id);
      stamp = atMs;
    }
    return stamp;
  }

  #begin(info: StreamInfo | undefined): StreamPlace {
    if (info === undefined) return new StreamPlace(BEGINNING, 0);
    const { added, firstId, lastId, length } = info;
    if (this.#sinceMs === undefined || stampOf(lastId) < this.#sinceMs) return new StreamPlace(lastId, added);
    const isYoung = firstId !== undefined && stampOf(firstId) >= this.#sinceMs;
    // A stream that is younger, and has lost nothing yet, is counted as a whole.
    return isYoung && added === length
      ? new StreamPlace(BEGINNING, 0)
      : new StreamPlace(`${this.#sinceMs}-0`, undefined);
  }

  /** Names and states of jobs under way are in what was written before. */
  #learnFrom(id: string, info: StreamInfo | undefined): string {
    if (info?.firstId === undefined || compareStreamIds(info.firstId, id) > 0) return id;
    const { firstId, lastId, length } = info;
    if (length <= MOST_LEARNED) return BEGINNING;
    const [first, last] = [stampOf(firstId), stampOf(lastId)];
    const from = `${Math.floor(last - ((last - first) * MOST_LEARNED) / length)}-0`;
    return compareStreamIds(from, id) < 0 ? from : id;
  }
}

/** A job in the form in which it is kept. */
export function keptJob({ id, isFirst, name, readyMs, startedMs }: OpenJob): KeptJob {
  return [id, name ?? null, isFirst ? 1 : 0, readyMs ?? null, startedMs ?? null];
}

function resumed(stream: string, [id, name, isFirst, readyMs, startedMs]: KeptJob): OpenJob {
  const times = { readyMs: readyMs ?? undefined, startedMs: startedMs ?? undefined };
  return { stream, id, name: name ?? undefined, isFirst: isFirst === 1, ...times, run: undefined };
}
