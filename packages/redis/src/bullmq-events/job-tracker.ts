import { OTHER_VALUE, type TaskRecorder, UNKNOWN_VALUE } from "@taskvitals/core";
import type { OpenJob, OpenJobs } from "./open-jobs.ts";
import type { JobEvent } from "./stream-entry.ts";

/** What {@link JobTracker} needs. */
export interface JobTrackerOptions {
  /** Key of the stream. */
  readonly stream: string;
  /** The `queue` label. */
  readonly queue: string;
  readonly tasks: TaskRecorder;
  readonly jobs: OpenJobs;
}

/** How an event is to be taken. */
export interface EventCircumstances {
  /** Time at which Redis took it, in milliseconds. */
  readonly atMs: number;
  /** Whether it is only to be learned from: it was counted by somebody before, or happened before counting began. */
  readonly isPast: boolean;
  /** Whether the next event says that this job had stalled: BullMQ writes both in one step. */
  readonly isStall: boolean;
}

/** Names whose pair was made to exist. */
const MAX_DECLARED = 10_000;

/**
 * Records the jobs of one queue by the events that BullMQ 5 and 6 write. `failed` is written for a failure for good alone (`moveToFinished-14.lua`); an
 * attempt that is followed by another leaves `waiting` (`retryJob-11.lua`) or, with a back-off, `delayed` (`moveToDelayed-11.lua`).
 */
export class JobTracker {
  readonly #stream: string;
  readonly #queue: string;
  readonly #tasks: TaskRecorder;
  readonly #jobs: OpenJobs;
  readonly #declared = new Set<string>();

  constructor({ stream, queue, tasks, jobs }: JobTrackerOptions) {
    this.#stream = stream;
    this.#queue = queue;
    this.#tasks = tasks;
    this.#jobs = jobs;
  }

  /** Takes one event, in the order of the stream. */
  take({ dueMs, event, jobId, name, prev }: JobEvent, how: EventCircumstances): void {
    const job = this.#jobs.find(this.#stream, jobId);
    if (event === "added") this.#added(jobId, name ?? "");
    else if (event === "waiting") this.#waiting(jobId, job, prev, how);
    else if (event === "delayed") this.#delayed(job, dueMs, how);
    else if (event === "waiting-children") this.#waitsForChildren(job);
    else if (event === "active") this.#active(job ?? this.#unknown(jobId), how);
    else if (event === "completed") this.#ended(jobId, job, "success", how);
    else if (event === "failed") this.#ended(jobId, job, "failure", how);
    else if (event === "stalled") this.#stalled(job, how);
    else if (event === "removed") this.#jobs.remove(this.#stream, jobId);
  }

  /** Goes on with a job of an earlier life. */
  resume(job: OpenJob): void {
    if (job.name !== undefined) this.#declare(job.name);
    if (job.startedMs !== undefined) job.run = this.#tasks.start(job.name ?? UNKNOWN_VALUE, { queue: this.#queue });
    this.#jobs.add(job);
  }

  #added(id: string, name: string): void {
    this.#declare(name);
    this.#jobs.add(this.#job(id, name, true));
  }

  #waiting(id: string, job: OpenJob | undefined, prev: string | undefined, how: EventCircumstances): void {
    if (prev === "active") {
      if (!how.isStall) this.#attemptEnded(job, how);
    } else if (prev === "failed" || prev === "completed") {
      // Somebody has it tried again: it ended before, and goes on under its name.
      this.#jobs.add(this.#job(id, job?.name ?? this.#jobs.nameOfFailed(this.#stream, id), false));
    } else if (prev === "waiting-children") {
      this.#waitsForChildren(job);
    } else if (job !== undefined) {
      // One that is promoted before its time is ready from now on; one that is promoted late was ready before.
      job.readyMs = Math.min(how.atMs, job.readyMs ?? how.atMs);
    }
  }

  #delayed(job: OpenJob | undefined, dueMs: number | undefined, how: EventCircumstances): void {
    if (job === undefined) return;
    if (job.startedMs !== undefined) this.#attemptEnded(job, how);
    else job.readyMs = dueMs === undefined ? undefined : Math.max(how.atMs, dueMs);
  }

  #waitsForChildren(job: OpenJob | undefined): void {
    if (job === undefined) return;
    stop(job);
    job.isFirst = false;
  }

  #active(job: OpenJob, { atMs, isPast }: EventCircumstances): void {
    const waited =
      job.isFirst && job.readyMs !== undefined && !isPast ? Math.max(0, atMs - job.readyMs) / 1000 : undefined;
    // The end of an attempt before it was not read.
    stop(job);
    job.isFirst = false;
    job.startedMs = atMs;
    job.run = this.#tasks.start(job.name ?? UNKNOWN_VALUE, { queue: this.#queue, waitSeconds: waited });
  }

  #attemptEnded(job: OpenJob | undefined, { isPast }: EventCircumstances): void {
    if (!isPast) this.#tasks.record({ task: job?.name ?? UNKNOWN_VALUE, queue: this.#queue, outcome: "retry" });
    if (job === undefined) return;
    stop(job);
    job.isFirst = false;
  }

  #stalled(job: OpenJob | undefined, { isPast }: EventCircumstances): void {
    if (!isPast) this.#tasks.stalled({ queue: this.#queue });
    if (job === undefined) return;
    stop(job);
    job.isFirst = false;
  }

  #ended(id: string, job: OpenJob | undefined, outcome: "success" | "failure", how: EventCircumstances): void {
    const { name, startedMs } = job ?? this.#job(id, undefined, false);
    if (job !== undefined) stop(job);
    if (!how.isPast) {
      this.#tasks.record({
        task: name ?? UNKNOWN_VALUE,
        queue: this.#queue,
        outcome,
        durationSeconds: startedMs === undefined ? undefined : Math.max(0, how.atMs - startedMs) / 1000,
        // Of an error the stream has the message alone, from which its class would be a guess.
        errorType: outcome === "failure" ? OTHER_VALUE : undefined,
      });
    }
    if (job === undefined) return;
    if (outcome === "failure") this.#jobs.removeFailed(job);
    else this.#jobs.remove(this.#stream, id);
  }

  #unknown(id: string): OpenJob {
    return this.#jobs.add(this.#job(id, undefined, false));
  }

  #job(id: string, name: string | undefined, isFirst: boolean): OpenJob {
    const idle = { readyMs: undefined, startedMs: undefined, run: undefined };
    return { stream: this.#stream, id, name, isFirst, ...idle };
  }

  #declare(name: string): void {
    if (this.#declared.has(name) || this.#declared.size >= MAX_DECLARED) return;
    this.#declared.add(name);
    try {
      this.#tasks.declare(name, { queue: this.#queue });
    } catch {
      // An empty name, or one that a counter in Redis reports: what ends under it is refused, and said, when it ends.
    }
  }
}

function stop(job: OpenJob): void {
  job.run?.release();
  job.run = undefined;
  job.startedMs = undefined;
}
