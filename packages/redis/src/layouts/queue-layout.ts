import type { TaskState } from "@taskvitals/core";
import type { QueueField, QueueFields, ValuesOf } from "./queue-field.ts";

/**
 * One command to Redis: its name in lower case, the key that it is about, then further arguments. No layout has one that writes. A subcommand
 * is spelled as an ACL spells it (`xinfo|groups`); `Buffer` at the end of the name asks for bytes (`zrangeBuffer`).
 */
export type RedisCommand = readonly [name: string, key: string, ...args: (string | number | Buffer)[]];

/** A command that the reading can do without: where it fails, its answer is `undefined` and what hangs on it is not reported. */
export interface OptionalCommand {
  readonly optional: RedisCommand;
}

/** Commands that go out together. The same command of several queues is sent once. */
export type Questions = readonly (RedisCommand | OptionalCommand)[];

/**
 * The reading of one queue: yields commands, is given their replies in the same order, and returns what they say. It yields at most
 * twice, the second time only to look up what the first found, such as the job behind an id. It is resumed only when every
 * command that is not optional was answered without an error. Stateless; it never waits for anything else.
 */
export type Reading = Generator<Questions, LayoutReading, readonly unknown[]>;

/** What a layout can say about a queue. What it cannot know it leaves out. */
export interface LayoutReading {
  /** Tasks ready to run and not yet taken; `undefined` when that cannot be known now. */
  readonly ready: number | undefined;
  /** Counts of the other states, disjoint from each other and from ready. */
  readonly states?: Readonly<Partial<Record<Exclude<TaskState, "ready">, number | undefined>>> | undefined;
  /** For how long the oldest ready (or overdue) task has been ready, in seconds; 0 when there is none; `undefined` when unknown. */
  readonly oldestAgeSeconds?: number | undefined;
  /** Whether the queue is paused; `undefined` where the framework has no such thing. */
  readonly paused?: boolean | undefined;
  /** Workers of the queue that are alive by heartbeat. */
  readonly workers?: number | undefined;
  /** Delivered and not acknowledged, where the framework keeps that per database and not per queue; `key` tells stores apart. */
  readonly unacked?: { readonly key: string; readonly count: number } | undefined;
  /**
   * What was looked for and is not there, when everything reads 0: any sign of the framework in this database (under this prefix), or of this
   * queue. Left out when the queue was seen, or when the framework leaves no lasting sign.
   */
  readonly absent?: "framework" | "queue" | undefined;
}

/** Where the names of a framework's queues are found. */
export type QueueIndex =
  /** The members of a set that the framework keeps. `name` gives the queue of a member, `undefined` for none. */
  | { readonly set: string; name(member: string): string | undefined }
  /** The keys that match a glob pattern, found by SCAN. `name` gives the queue of a key, `undefined` for none. */
  | { readonly scan: string; name(key: string): string | undefined };

/** A queue as a layout reads it: its name and the layout's own fields. */
export type QueueOf<F extends QueueFields> = { readonly name: string } & ValuesOf<F>;

/** How a framework lays a queue out in Redis. */
export interface QueueLayoutDefinition<F extends QueueFields> {
  /** The framework, as messages name it: `RQ`. */
  readonly framework: string;
  /** The versions of the framework it was verified on: `RQ 3.0.1`. */
  readonly verifiedOn: string;
  /** Every command that a reading may send, as an ACL spells them. */
  readonly commands: readonly string[];
  /** Fields of the object form beside `layout`, `name`, `broker` and `label`. */
  readonly fields: F;
  /** Splits what follows the colon of the short form, where that is more than the name. */
  readonly shortForm?: ((text: string) => Readonly<Record<string, unknown>>) | undefined;
  /**
   * Starts the reading of a queue.
   *
   * @param now - Unix time in milliseconds by the clock of the Redis server, which the framework's time stamps are compared with
   */
  read(queue: QueueOf<F>, now: number): Reading;
  /** Where the names of the queues are found; left out where the framework gives no way. */
  readonly index?: ((fields: ValuesOf<F>) => QueueIndex) | undefined;
}

/** A {@link QueueLayoutDefinition} whose fields were checked elsewhere. */
export interface QueueLayout extends Omit<QueueLayoutDefinition<QueueFields>, "read" | "index"> {
  read(queue: { readonly name: string } & Readonly<Record<string, unknown>>, now: number): Reading;
  readonly index?: ((fields: Readonly<Record<string, unknown>>) => QueueIndex) | undefined;
}

/** Defines a layout; the fields give `read` its types. */
export function defineLayout<const F extends Readonly<Record<string, QueueField<unknown>>>>(
  definition: QueueLayoutDefinition<F>,
): QueueLayout {
  return definition as unknown as QueueLayout;
}

/** Marks a command that the reading can do without. */
export function optional(...command: RedisCommand): OptionalCommand {
  return { optional: command };
}
