import {
  invalidOption,
  labelValue,
  type ProblemListener,
  type TaskEventSource,
  type TaskRecorder,
} from "@taskvitals/core";
import { type DuplicableClient, type EventClient, eventClientOpener } from "../celery-events/event-client.ts";
import { type BullmqEventsPosition, type KeptJob, type KeptStream, readPosition } from "./kept-position.ts";
import { OpenJobs } from "./open-jobs.ts";
import { keptJob, QueueStream } from "./queue-stream.ts";
import type { PlaceFindings } from "./stream-place.ts";
import { StreamReader } from "./stream-reader.ts";

/** A queue whose events are read. */
export interface BullmqEventsQueue {
  /** Its name. */
  readonly name: string;
  /** The option `prefix` of its `Queue`. Default `bull`. */
  readonly prefix?: string | undefined;
  /** The `queue` label. Default: the name. */
  readonly label?: string | undefined;
}

/** Options of {@link observeBullmqEvents}. */
export interface BullmqEventsOptions {
  /** Name of the broker, as the user gave it. */
  readonly broker: string;
  /**
   * The `redis://` or `rediss://` URL of the queues' server, with the number of their database, or a client (`Redis` of ioredis 5 or 6, not a
   * Cluster), which is copied with `duplicate()` and never used itself.
   */
  readonly connection: string | DuplicableClient;
  /** Path of the option the connection came from, such as `redis` or `brokers.jobs`; part of error messages. */
  readonly path: string;
  /** Where tasks are recorded. */
  readonly tasks: TaskRecorder;
  /** The queues; at most 1000, to which {@link BullmqEvents.add} adds. A queue that is there twice is an error. */
  readonly queues: readonly BullmqEventsQueue[];
  /**
   * What {@link BullmqEvents.position} said in an earlier life: what is in the streams after it is counted, and nothing else; of queues that are not in it,
   * what was written since it was taken. Without it all begin with what is written from now on. Anything that is no position is told to
   * {@link onProblem} and left out.
   */
  readonly position?: unknown;
  /** Jobs that are remembered from the time they are added until they end. A whole number of at least 1. Default 100 000. */
  readonly maxJobs?: number | undefined;
  /** Told of what cannot be read, and of gaps whose size is not known. */
  readonly onProblem: ProblemListener;
  /** Unix time in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Loads ioredis, for a URL. Default: `import("ioredis")`. */
  readonly importIoredis?: (() => Promise<unknown>) | undefined;
}

/** The stream of one queue, as it was found. */
export interface BullmqStream {
  /** The `queue` label. */
  readonly queue: string;
  /** Key of the stream. */
  readonly key: string;
  /** Whether it is there; `undefined` while that is not known. */
  readonly state: "there" | "absent" | "unreadable" | undefined;
  /** Entries that it held when it was last looked at; `undefined` unless it is there. */
  readonly length: number | undefined;
  /** Why it cannot be read, in one line; `undefined` where it can. */
  readonly why: string | undefined;
}

/** Events that are being read. */
export interface BullmqEvents extends TaskEventSource, AsyncDisposable {
  /** Whether events can be read at this moment. */
  readonly connected: boolean;
  /** Jobs that are remembered at this moment, at most `maxJobs`. */
  readonly trackedJobs: number;
  /** The streams, in the order in which their queues were added. */
  streams(): readonly BullmqStream[];
  /**
   * Reads another queue from now on. Nothing changes for one that is read already; a queue beyond the 1000th is left out, and told to `onProblem`.
   *
   * @param wasFound - whether it was found rather than named, and may be as young as that: what was written to its stream since this reader began, or
   * since the position that it goes on from, is counted as well. Default false
   * @throws TaskVitalsError `INVALID_OPTION` when the queue is not acceptable
   */
  add(queue: BullmqEventsQueue, wasFound?: boolean): void;
  /** How far it has read, as plain JSON; agrees with what was recorded at every turn of the event loop, and stays as it is after the end. */
  position(): BullmqEventsPosition;
  /** Makes the connection anew, such as after a change of credentials. Never throws. */
  reconnect(): void;
  /** Ends it: the runs it opened are released, its connection is closed. Idempotent, never rejects. */
  shutdown(): Promise<void>;
}

const MAX_QUEUES = 1000;
/** Jobs whose names are kept in a position; the stream itself tells of those after them. */
const MAX_KEPT_JOBS = 10_000;

/**
 * Reads the event streams of BullMQ 5 and 6, and records the jobs of their queues; nothing is asked of their workers. It sends XREAD, and XINFO STREAM
 * to see where a stream ends and what of it was trimmed away; nothing is written. A server or stream that is absent is no error: it is read when it comes.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when an option is not acceptable, `MISSING_PACKAGE` when a URL is given and ioredis is
 * not installed
 */
export async function observeBullmqEvents(options: BullmqEventsOptions): Promise<BullmqEvents> {
  const { maxJobs = 100_000 } = options;
  if (!Number.isSafeInteger(maxJobs) || maxJobs < 1) {
    throw invalidOption({ path: "maxJobs", value: maxJobs, expected: "a whole number of at least 1" });
  }
  if (!Array.isArray(options.queues) || options.queues.length > MAX_QUEUES) {
    throw invalidOption({ path: "queues", expected: `a list of at most ${MAX_QUEUES} queues` });
  }
  const keys = options.queues.map(streamKey);
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twice >= 0) throw invalidOption({ path: `queues[${twice}]`, value: keys[twice], expected: "each queue once" });
  const importIoredis = options.importIoredis ?? (() => import("ioredis"));
  const { open } = await eventClientOpener(options.connection, options.path, importIoredis);
  return new Observation(options, open);
}

class Observation implements BullmqEvents {
  readonly broker: string;
  readonly #options: BullmqEventsOptions;
  readonly #now: () => number;
  readonly #jobs: OpenJobs;
  readonly #streams = new Map<string, QueueStream>();
  readonly #reader: StreamReader;
  /** Where streams were in an earlier life that are not read yet. */
  readonly #kept = new Map<string, KeptStream>();
  /** What was written before is none of ours to count, in Unix milliseconds. */
  readonly #sinceMs: number;
  /** Whether it goes on from a position. */
  readonly #goesOn: boolean;
  #ended: BullmqEventsPosition | undefined;
  #missed = 0;
  #lastEventMs: number | undefined;

  constructor(options: BullmqEventsOptions, open: () => EventClient) {
    const { broker, maxJobs = 100_000, now = Date.now, position } = options;
    this.#now = now;
    this.broker = broker;
    this.#options = options;
    this.#jobs = new OpenJobs(maxJobs, () =>
      this.#problem(
        `more than ${maxJobs} jobs of BullMQ have not ended; the oldest were forgotten, and will be counted without their name. Raise maxJobs.`,
      ),
    );
    const kept = readPosition(position);
    if (kept === undefined && position !== undefined) {
      this.#problem("where BullMQ's events were read up to cannot be understood; they are read from now on.");
    }
    this.#missed = kept?.missed ?? 0;
    this.#sinceMs = kept?.atMs ?? now();
    this.#goesOn = kept !== undefined;
    for (const [key, stream] of Object.entries(kept?.streams ?? {}).slice(0, MAX_QUEUES)) this.#kept.set(key, stream);
    for (const queue of options.queues) this.add(queue);
    this.#reader = new StreamReader({
      open,
      streams: () => [...this.#streams.values()],
      onLook: (stream, findings) => this.#found(stream, findings),
      onRead: (stampMs) => {
        this.#lastEventMs = Math.max(stampMs, this.#lastEventMs ?? 0);
      },
      onLost: (why) => this.#problem(`BullMQ's events cannot be read: ${why}`),
    });
  }

  get connected(): boolean {
    return this.#reader.connected;
  }

  get trackedJobs(): number {
    return this.#jobs.size;
  }

  get lastEventAtSeconds(): number | undefined {
    return this.#lastEventMs === undefined ? undefined : this.#lastEventMs / 1000;
  }

  get missed(): number {
    return this.#missed;
  }

  /** Streams tell of no workers. */
  workers(): ReadonlyMap<string, number> {
    return new Map();
  }

  streams(): readonly BullmqStream[] {
    return [...this.#streams.values()].map(({ key, queue, state }) => ({
      queue,
      key,
      state: state?.kind,
      length: state?.kind === "there" ? state.info.length : undefined,
      why: state?.kind === "unreadable" ? state.why : undefined,
    }));
  }

  add(queue: BullmqEventsQueue, wasFound = false): void {
    const key = streamKey(queue);
    if (this.#streams.has(key)) return;
    if (this.#streams.size >= MAX_QUEUES) {
      this.#problem(`the events of ${MAX_QUEUES} queues of BullMQ are read; those of further queues are not.`);
      return;
    }
    const stream = new QueueStream({
      ...{
        key,
        jobs: this.#jobs,
        tasks: this.#options.tasks,
        sinceMs: wasFound || this.#goesOn ? this.#sinceMs : undefined,
      },
      queue: labelValue(queue.label ?? queue.name),
      kept: this.#kept.get(key),
    });
    this.#kept.delete(key);
    this.#streams.set(key, stream);
  }

  position(): BullmqEventsPosition {
    if (this.#ended !== undefined) return this.#ended;
    const jobs = new Map<string, KeptJob[]>();
    for (const job of this.#jobs.newest(MAX_KEPT_JOBS)) {
      const ofStream = jobs.get(job.stream) ?? [];
      ofStream.push(keptJob(job));
      jobs.set(job.stream, ofStream);
    }
    const streams: Record<string, KeptStream> = Object.fromEntries(this.#kept);
    for (const stream of this.#streams.values()) {
      const kept = stream.kept(jobs.get(stream.key) ?? []);
      if (kept !== undefined) streams[stream.key] = kept;
    }
    return { version: 1, atMs: this.#now(), missed: this.#missed, streams };
  }

  reconnect(): void {
    this.#reader.renew();
  }

  async shutdown(): Promise<void> {
    await this.#reader.close();
    this.#ended ??= this.position();
    this.#jobs.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #found({ queue, state }: QueueStream, findings: PlaceFindings | undefined): void {
    if (state?.kind === "unreadable") this.#problem(`the events of queue "${queue}" cannot be read: ${state.why}`);
    if (findings === undefined) return;
    this.#missed += findings.missed;
    if (!findings.isGapOfUnknownSize) return;
    this.#problem(
      `the stream of queue "${queue}" was trimmed beyond what was read of it, or replaced: tasks may have been missed. How many is not known.`,
    );
  }

  #problem(text: string): void {
    this.#options.onProblem("read_events", `Broker "${this.broker}": ${text}`);
  }
}

function streamKey(queue: BullmqEventsQueue): string {
  const { name, prefix = "bull" } = (queue ?? {}) as Partial<BullmqEventsQueue>;
  if (typeof name !== "string" || name === "" || name.includes(":")) {
    throw invalidOption({
      path: "queues[].name",
      value: name,
      expected: "the name of a queue of BullMQ, without a colon",
    });
  }
  if (typeof prefix !== "string" || prefix === "") {
    throw invalidOption({ path: "queues[].prefix", value: prefix, expected: "text, not empty" });
  }
  return `${prefix}:${name}:events`;
}
