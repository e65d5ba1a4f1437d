import {
  BASE_ID,
  invalidOption,
  newSlotId,
  type ProblemListener,
  type PutAnswer,
  type PutSlot,
  type ReplaceBase,
  type SlotStore,
  SlotStoreError,
  type StoreListing,
} from "@taskvitals/core";
import type { BrokerConnection } from "../broker-connection.ts";
import { connectBroker } from "../connect-broker.ts";
import { Deadline, EXPIRED } from "../deadline.ts";
import type { RedisCommand } from "../layouts/queue-layout.ts";
import type { RedisClientLike } from "../redis-client-like.ts";
import { failure, type RedisFailure } from "../redis-reply.ts";
import { evictionProblem } from "./eviction.ts";
import { type ListingHead, listingHead, listingPage, sizedListing } from "./slot-listing.ts";
import { BURY, GIVE_UP, LIST, PUT, REPLACE_BASE } from "./slot-scripts.ts";
import { storeFailure } from "./store-failure.ts";

/** What {@link openRedisSlotStore} needs. */
export interface RedisSlotStoreOptions {
  /** A `redis://` or `rediss://` URL, or a client of the caller's, which is used as it is configured and never closed. */
  readonly connection: string | RedisClientLike;
  /** Path of the option that the connection came from; part of error messages. */
  readonly path: string;
  /**
   * Processes of the same namespace share their totals: 1 to 64 letters, digits, dots, underscores and hyphens. Default `default`. A bad value throws.
   */
  readonly namespace?: string | undefined;
  /** Longest wait for one answer, in milliseconds: a whole number from 1 to 60 000. Default 1000. A bad value throws. */
  readonly deadlineMs?: number | undefined;
  /** Told, once per text, of what somebody has to do something about: a full server, one that evicts, a missing right. */
  readonly onProblem: ProblemListener;
  /** Loads ioredis, for connections of our own. Default: `import("ioredis")`. */
  readonly importIoredis?: (() => Promise<unknown>) | undefined;
}

/** A store of slots in Redis. */
export interface RedisSlotStore extends SlotStore, AsyncDisposable {
  /** Closes its connection, if it is our own; what is under way fails. Idempotent, never rejects. */
  shutdown(): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 1000;
/** Bytes from which a slot is sent beside the script and not through it. Measured: of 6 kB it takes the server half the time, of 100 kB a quarter. */
const STAGED_BYTES = 4 * 1024;
/** For how long what was sent beside a script that never came stays, in seconds. */
const STAGED_SECONDS = 60;
/** Most entries of one answer, and of a page where there are more: what 5 ms of the server are enough for several times over. */
const LISTED_AT_ONCE = 1500;
const PAGE_LENGTH = 500;
/** Most slots, and their bytes, of one round trip. The server serves nobody else between commands that arrived together. */
const FETCHED_AT_ONCE = 200;
const FETCHED_BYTES = 1024 * 1024;
const BURIED_AT_ONCE = 500;
const ATTEMPTS = 4;
const MEMORY_LOOKED_AT_MS = 10 * 60_000;

/**
 * Opens the store of the slots of shared totals in Redis 6.2 or later, or Valkey. Whether the server is there shows in the calls, each of which is
 * answered or rejected with a `SlotStoreError`. See docs/shared-totals.md for the keys and the commands.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for a bad option, `MISSING_PACKAGE` when a URL is given and ioredis is not installed
 */
export async function openRedisSlotStore(options: RedisSlotStoreOptions): Promise<RedisSlotStore> {
  const { namespace = "default", deadlineMs = DEFAULT_DEADLINE_MS, onProblem } = options;
  if (!/^[\w.-]{1,64}$/.test(namespace)) {
    const expected = "1 to 64 letters, digits, dots, underscores and hyphens";
    throw invalidOption({ path: "namespace", value: namespace, expected });
  }
  if (!Number.isInteger(deadlineMs) || deadlineMs < 1 || deadlineMs > 60_000) {
    const expected = "a whole number of milliseconds from 1 to 60000";
    throw invalidOption({ path: "deadlineMs", value: deadlineMs, expected });
  }
  const importIoredis = options.importIoredis ?? (() => import("ioredis"));
  const connection = await connectBroker(options.connection, options.path, importIoredis);
  return new SlotsInRedis(connection, `taskvitals:{${namespace}}:1:`, deadlineMs, onProblem);
}

class SlotsInRedis implements RedisSlotStore {
  readonly #connection: BrokerConnection;
  /** What every key begins with. */
  readonly #keys: string;
  readonly #deadlineMs: number;
  readonly #onProblem: ProblemListener;
  readonly #told = new Set<string>();
  /** What the slots that were listed last have, in bytes. */
  #bytes: ReadonlyMap<string, number> = new Map();
  #memoryDueAt = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(connection: BrokerConnection, keys: string, deadlineMs: number, onProblem: ProblemListener) {
    this.#connection = connection;
    this.#keys = keys;
    this.#deadlineMs = deadlineMs;
    this.#onProblem = onProblem;
  }

  async put({ id, seq, slot, isOwner, isLast }: PutSlot): Promise<PutAnswer> {
    const { text, staged, commands } = this.#sent(slot);
    const put = this.#script(PUT, id, seq, text, isOwner ? 1 : 0, isLast ? 1 : 0, staged);
    const [kind, folded] = (await this.#ask([...commands, put])).at(-1) as [string, string?];
    if (kind === "folded") return { kind, seq: Number(folded) };
    // What was sent can only be missing when it was deleted before the script took it over.
    if (kind === "missing" && slot !== undefined) throw this.#failed(failure("error", "the slot was lost on its way"));
    return { kind: kind === "missing" ? "missing" : "kept" };
  }

  async list(): Promise<StoreListing> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const head = await this.#head(LISTED_AT_ONCE);
      const entries = head.entries ?? (await this.#pages(head));
      if (entries === undefined) continue;
      const { listing, bytes } = await sizedListing(head, entries);
      this.#bytes = bytes;
      return listing;
    }
    throw new SlotStoreError("The slots of the shared totals changed faster than they could be listed.");
  }

  async fetch(ids: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const slots: (Uint8Array | undefined)[] = [];
    for (let start = 0; start < ids.length; ) {
      const some = ids.slice(start, this.#endOfSome(ids, start));
      const asked = some.map((id): RedisCommand => ["getBuffer", this.#keyOf(id)]);
      for (const reply of await this.#ask(asked)) slots.push((reply as Buffer | null) ?? undefined);
      start += some.length;
    }
    const lost = ids.filter((id, index) => id !== BASE_ID && slots[index] === undefined);
    for (let start = 0; start < lost.length; start += BURIED_AT_ONCE) {
      await this.#ask([this.#script(GIVE_UP, ...lost.slice(start, start + BURIED_AT_ONCE))]);
    }
    return slots;
  }

  async replaceBase({ expectedToken, token, slot, folded, forget }: ReplaceBase): Promise<boolean> {
    const { text, staged, commands } = this.#sent(slot);
    const leaving = [...folded].flatMap(([id, entry]) => [id, entry.token, entry.seq]);
    const args = [expectedToken, token, text, staged, folded.size, ...leaving, ...forget];
    const replies = await this.#ask([...commands, this.#script(REPLACE_BASE, ...args)]);
    return Number(replies.at(-1)) === 1;
  }

  async bury(folded: ReadonlyMap<string, number>, baseToken: string): Promise<void> {
    const all = [...folded];
    for (let start = 0; start < all.length; start += BURIED_AT_ONCE) {
      await this.#ask([this.#script(BURY, baseToken, ...all.slice(start, start + BURIED_AT_ONCE).flat())]);
    }
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    this.#connection.close();
    await this.#turn;
    // What waited for its connection may have listened to it after the first call.
    this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** What the store knows, and the entries if they are not too many. */
  async #head(most: number): Promise<ListingHead> {
    const now = performance.now();
    const looksAtMemory = most > 0 && now >= this.#memoryDueAt;
    const [reply] = await this.#ask([this.#script(LIST, most, looksAtMemory ? 1 : 0)]);
    const head = listingHead(reply);
    if (head === undefined) throw new SlotStoreError("The answer to the list of slots is none.");
    if (looksAtMemory) {
      this.#memoryDueAt = now + MEMORY_LOOKED_AT_MS;
      const problem = evictionProblem(head.memory);
      if (problem !== undefined) this.#tell(problem);
    }
    return head;
  }

  /** Many entries, page by page; `undefined` when what they were read with is not the same any more. */
  async #pages(before: ListingHead): Promise<readonly string[] | undefined> {
    const entries: string[] = [];
    let cursor = "0";
    do {
      const [reply] = await this.#ask([["hscan", `${this.#keys}versions`, cursor, "COUNT", PAGE_LENGTH]]);
      const page = listingPage(reply);
      for (const text of page.entries) entries.push(text);
      cursor = page.cursor;
    } while (cursor !== "0");
    // Whoever was folded meanwhile may be missing, or not: with another base it matters which.
    const after = await this.#head(0);
    const isSame = after.baseToken === before.baseToken && after.unbrokenSinceMs === before.unbrokenSinceMs;
    return isSame ? entries : undefined;
  }

  #endOfSome(ids: readonly string[], start: number): number {
    let bytes = 0;
    let end = start;
    while (end < ids.length && end - start < FETCHED_AT_ONCE && bytes < FETCHED_BYTES) {
      bytes += this.#bytes.get(ids[end] as string) ?? 0;
      end += 1;
    }
    return end;
  }

  #keyOf(id: string): string {
    return id === BASE_ID ? `${this.#keys}base` : `${this.#keys}slot:${id}`;
  }

  /** As `EVAL`: by its hash a script is answered no sooner (40 µs either way), and may have to be sent all the same. */
  #script(script: string, ...args: readonly (string | number | Buffer)[]): RedisCommand {
    return ["eval", `${this.#keys}versions`, script, ...args];
  }

  /** How a slot is sent: as an argument of the script, or under a name of its own that the script takes over. */
  #sent(slot: Uint8Array | undefined): { text: Buffer | string; staged: string; commands: readonly RedisCommand[] } {
    if (slot === undefined) return { text: "", staged: "", commands: [] };
    const bytes = Buffer.from(slot.buffer, slot.byteOffset, slot.byteLength);
    if (bytes.length < STAGED_BYTES) return { text: bytes, staged: "", commands: [] };
    const staged = `staged:${newSlotId()}`;
    return { text: "", staged, commands: [["set", this.#keys + staged, bytes, "EX", STAGED_SECONDS]] };
  }

  /**
   * Sends commands, one call after the other, and returns their results.
   *
   * @throws SlotStoreError when one has none
   */
  async #ask(commands: readonly RedisCommand[]): Promise<readonly unknown[]> {
    using deadline = new Deadline(this.#deadlineMs);
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = before.then(() => promise);
    try {
      if ((await deadline.race(before)) === EXPIRED) throw this.#failed(failure("timeout", "no answer in time"));
      if (this.#closed) throw this.#failed(failure("refused", "the store was shut down"));
      const replies = await this.#connection.exchange(commands, deadline);
      return replies.map((reply) => {
        if (!reply.ok) throw this.#failed(reply);
        return reply.value;
      });
    } finally {
      resolve();
    }
  }

  #failed(reason: RedisFailure): SlotStoreError {
    const { message, wantsRemedy } = storeFailure(reason, this.#keys);
    if (wantsRemedy) this.#tell(message);
    return new SlotStoreError(message);
  }

  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#onProblem("shared_totals", message);
  }
}
