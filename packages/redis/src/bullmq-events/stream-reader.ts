import { LoopShare } from "@taskvitals/core";
import type { EventClient } from "../celery-events/event-client.ts";
import { replyFailure } from "../redis-reply.ts";
import type { QueueStream } from "./queue-stream.ts";
import { LostConnection, ReadConnection } from "./read-connection.ts";
import { readEntries } from "./stream-entry.ts";
import { streamState } from "./stream-info.ts";
import type { PlaceFindings } from "./stream-place.ts";

/** What {@link StreamReader} needs. */
export interface StreamReaderOptions {
  readonly open: () => EventClient;
  /** The streams to read; asked anew before each reading. */
  readonly streams: () => readonly QueueStream[];
  /** Told of each stream that was looked at. */
  readonly onLook: (stream: QueueStream, findings: PlaceFindings | undefined) => void;
  /** Told of the stamp of the last event that was read, in milliseconds. */
  readonly onRead: (stampMs: number) => void;
  /** Told when streams cannot be read any more, or could not be; once per interruption, with the reason in one line. */
  readonly onLost: (why: string) => void;
}

const BLOCK_MS = 1000;
/** After a reading that had everything: what is written meanwhile comes in one more, not in one each. */
const GATHER_MS = 50;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
/** Entries of all streams together in one answer, about; and of one stream. */
const MOST_AT_ONCE = 2000;
const MOST_OF_ONE = 200;
const LEAST_OF_ONE = 10;
/** How soon a stream is looked at again: one with news, one that cannot be read, one without news. */
const LOOK_MS = { news: 1000, unreadable: 5000, quiet: 30_000 };

/** Reads streams, all by one command, through a row of connections of its own. No timer or socket of it keeps the process alive. */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  #connection: ReadConnection | undefined;
  #connected = false;
  #renewing = false;
  #closed = false;
  #complained = false;
  readonly #ended: Promise<void>;
  #wake: () => void = () => {};

  /** Connects at once, in the background. */
  constructor(options: StreamReaderOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Whether the streams are being read. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Makes the connection anew. */
  renew(): void {
    this.#renewing = true;
    this.#connection?.close();
    this.#wake();
  }

  /** Ends it: nothing is recorded any more when it resolves. Idempotent, never rejects. */
  close(): Promise<void> {
    this.#closed = true;
    this.#connection?.close();
    this.#wake();
    return this.#ended;
  }

  async #run(): Promise<void> {
    // Nothing happens within the constructor.
    await Promise.resolve();
    for (let retries = 0; !this.#closed; retries++) {
      const connected = await this.#readUntilLost();
      if (connected || this.#renewing) retries = 0;
      this.#renewing = false;
      if (!this.#closed) await this.#pause(Math.min(FIRST_RETRY_MS * 2 ** retries, LAST_RETRY_MS));
    }
  }

  /** @returns whether anything could be read */
  async #readUntilLost(): Promise<boolean> {
    let hasRead = false;
    try {
      const connection = new ReadConnection(this.#options.open());
      this.#connection = connection;
      await connection.ready();
      for (const stream of this.#options.streams()) stream.lookIsDue = true;
      while (!this.#closed) {
        await this.#look(connection);
        await this.#read(connection);
        this.#connected = true;
        this.#complained = false;
        hasRead = true;
      }
    } catch (error) {
      this.#lost(error instanceof LostConnection ? error.message : replyFailure(error as Error).detail);
    } finally {
      this.#connected = false;
      this.#connection?.close();
      this.#connection = undefined;
    }
    return hasRead;
  }

  #lost(why: string): void {
    if (this.#closed || this.#renewing || this.#complained) return;
    this.#complained = true;
    this.#options.onLost(why);
  }

  async #look(connection: ReadConnection): Promise<void> {
    const nowMs = performance.now();
    const due = this.#options.streams().filter((stream) => isDue(stream, nowMs));
    if (due.length === 0) return;
    const replies = await connection.exchange(due.map(({ key }) => ["xinfo", "STREAM", key]));
    for (const [index, stream] of due.entries()) {
      const [error, reply] = replies[index] ?? [null, undefined];
      if (error instanceof Error) failWhole(error);
      this.#options.onLook(stream, stream.look(streamState(error, reply), nowMs));
    }
  }

  async #read(connection: ReadConnection): Promise<void> {
    const streams = this.#options.streams().filter(({ cursor }) => cursor !== undefined);
    if (streams.length === 0) {
      await this.#pause(BLOCK_MS);
      return;
    }
    const count = Math.max(LEAST_OF_ONE, Math.min(MOST_OF_ONE, Math.floor(MOST_AT_ONCE / streams.length)));
    const keys = streams.map(({ key }) => key);
    const cursors = streams.map(({ cursor = "" }) => cursor);
    const command = ["xread", "COUNT", count, "BLOCK", BLOCK_MS, "STREAMS", ...keys, ...cursors];
    const [[error, reply] = [null, null]] = await connection.exchange([command], BLOCK_MS);
    if (error instanceof Error) throw error;
    const read = readEntries(reply);
    const share = new LoopShare();
    let isFull = false;
    for (const stream of streams) {
      const entries = read.get(stream.key);
      if (entries === undefined) continue;
      const stamp = await stream.take(entries, entries.length >= count, share, () => this.#closed);
      isFull ||= entries.length >= count;
      if (stamp !== undefined) this.#options.onRead(stamp);
    }
    if (!isFull && read.size > 0) await this.#pause(GATHER_MS);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#closed) this.#wake();
    });
  }
}

/** Throws where the whole connection is of no use, or the server not yet: that is no fault of one stream. */
function failWhole(error: Error): void {
  const { reason } = replyFailure(error);
  if (reason === "refused" || reason === "timeout" || reason === "loading" || /^NOAUTH/.test(error.message))
    throw error;
}

function isDue({ lookIsDue, lookedMs, state, touched }: QueueStream, nowMs: number): boolean {
  if (lookIsDue) return true;
  const after = touched ? LOOK_MS.news : state?.kind === "unreadable" ? LOOK_MS.unreadable : LOOK_MS.quiet;
  return nowMs - lookedMs >= after;
}
