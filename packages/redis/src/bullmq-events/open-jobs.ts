import type { TaskRun } from "@taskvitals/core";

/** What is known of a job that has not ended. */
export interface OpenJob {
  /** Key of the stream of its queue. */
  readonly stream: string;
  readonly id: string;
  /** `undefined` where its `added` was not read. */
  readonly name: string | undefined;
  /** Whether the next attempt is its first, and it waits for nothing but a worker. */
  isFirst: boolean;
  /** Since when it is ready, in milliseconds by the clock of Redis. */
  readyMs: number | undefined;
  /** Since when it runs, by the same clock; `undefined` while it does not. */
  startedMs: number | undefined;
  run: TaskRun | undefined;
}

/** Failed jobs whose names are remembered, as somebody may have them tried again. */
const MAX_FAILED = 10_000;

/** Jobs by stream and id, a bounded number of them. */
export class OpenJobs {
  readonly #limit: number;
  readonly #onOverflow: () => void;
  readonly #jobs = new Map<string, OpenJob>();
  readonly #failed = new Map<string, string>();

  /** @param onOverflow - told each time that a job had to be forgotten before its end */
  constructor(limit: number, onOverflow: () => void) {
    this.#limit = limit;
    this.#onOverflow = onOverflow;
  }

  /** How many have not ended. */
  get size(): number {
    return this.#jobs.size;
  }

  /** The newest, at most so many, oldest of them first. */
  *newest(count: number): Iterable<OpenJob> {
    let skip = this.#jobs.size - count;
    for (const job of this.#jobs.values()) if (skip-- <= 0) yield job;
  }

  find(stream: string, id: string): OpenJob | undefined {
    return this.#jobs.get(keyOf(stream, id));
  }

  /** Adds a job, in the place of one that has its id. */
  add(job: OpenJob): OpenJob {
    this.remove(job.stream, job.id);
    if (this.#jobs.size >= this.#limit) {
      const [oldest] = this.#jobs.values();
      if (oldest !== undefined) this.remove(oldest.stream, oldest.id);
      this.#onOverflow();
    }
    this.#jobs.set(keyOf(job.stream, job.id), job);
    return job;
  }

  /** Forgets a job; a run of it that is open ends without an outcome. */
  remove(stream: string, id: string): void {
    const key = keyOf(stream, id);
    this.#jobs.get(key)?.run?.release();
    this.#jobs.delete(key);
    this.#failed.delete(key);
  }

  /** Forgets a job that has failed, but for its name. */
  removeFailed(job: OpenJob): void {
    this.remove(job.stream, job.id);
    if (job.name === undefined) return;
    this.#failed.set(keyOf(job.stream, job.id), job.name);
    if (this.#failed.size <= MAX_FAILED) return;
    const [oldest = ""] = this.#failed.keys();
    this.#failed.delete(oldest);
  }

  /** The name of a job that has failed. */
  nameOfFailed(stream: string, id: string): string | undefined {
    return this.#failed.get(keyOf(stream, id));
  }

  /** Forgets all jobs of a stream, or of all. */
  clear(stream?: string): void {
    for (const job of this.#jobs.values()) {
      if (stream === undefined || job.stream === stream) this.remove(job.stream, job.id);
    }
  }
}

function keyOf(stream: string, id: string): string {
  return `${stream} ${id}`;
}
