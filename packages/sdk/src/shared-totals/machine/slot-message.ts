import type { PutAnswer, SlotEntry } from "@taskvitals/core";

/**
 * Tells our messages from those of the application. Between processes Node.js hands commands that begin with `NODE_` to listeners of `internalMessage`
 * alone: listeners of `message`, which may take whatever comes for their own, never see ours; nor do we, as one of them would, keep a child alive or take
 * what was sent before the application listened.
 */
export const COMMAND = "NODE_TASKVITALS_SLOTS";

/** The form of these messages: both sides have to speak the same. */
export const MESSAGE_VERSION = 1;

/** A slot on its way: as it is between threads, in base64 between processes, whose messages are JSON. */
export type SentSlot = Uint8Array | string;

/** How a slot is sent. */
export type PackSlot = (slot: Uint8Array) => SentSlot;

/** One call of a store, as it is sent; `greet` asks only whether somebody answers. */
export type SlotAsk =
  | { readonly op: "greet" }
  | { readonly op: "leave" }
  | {
      readonly op: "put";
      readonly id: string;
      readonly seq: number;
      readonly slot?: SentSlot | undefined;
      readonly isOwner: boolean;
      readonly isLast: boolean;
    }
  | { readonly op: "list" }
  | { readonly op: "fetch"; readonly ids: readonly string[] }
  | {
      readonly op: "replaceBase";
      readonly expectedToken: string;
      readonly token: string;
      readonly slot: SentSlot;
      readonly folded: readonly (readonly [id: string, entry: SlotEntry])[];
      readonly forget: readonly string[];
    }
  | {
      readonly op: "bury";
      readonly folded: readonly (readonly [id: string, seq: number])[];
      readonly baseToken: string;
    };

/** A listing as it is sent. */
export interface SentListing {
  readonly nowMs: number;
  /** `null` for ever, which JSON cannot write as a number. */
  readonly sinceMs: number | null;
  readonly baseToken: string;
  readonly slots: readonly (readonly [id: string, entry: SlotEntry])[];
}

/** What each operation is answered. */
export interface SlotReplies {
  readonly greet: null;
  readonly leave: null;
  readonly put: PutAnswer;
  readonly list: SentListing;
  readonly fetch: readonly (SentSlot | null)[];
  readonly replaceBase: boolean;
  readonly bury: null;
}

interface SlotMessage {
  readonly cmd: typeof COMMAND;
  readonly v: number;
  /** Name of what is added up: another one is none of our business. */
  readonly namespace: string;
  /** Random; tells apart who asks. */
  readonly from: string;
  /** Number of the call. */
  readonly call: number;
}

/** A call of the store. */
export interface SlotRequest extends SlotMessage {
  readonly ask: SlotAsk;
}

/** What came of it: a reply, or why there is none. */
export interface SlotAnswer extends SlotMessage {
  readonly reply?: SlotReplies[SlotAsk["op"]];
  readonly failed?: string;
}

/** The message when it is a request of ours; `undefined` for all others. */
export function requestIn(message: unknown, namespace: string): SlotRequest | undefined {
  return isOurs(message) && message.namespace === namespace && "ask" in message ? (message as SlotRequest) : undefined;
}

/** The message when it answers a request of this sender; `undefined` for all others. */
export function answerIn(message: unknown, from: string): SlotAnswer | undefined {
  return isOurs(message) && message.from === from && !("ask" in message) ? message : undefined;
}

/** For messages of JSON. */
export const packAsText: PackSlot = (slot) =>
  Buffer.from(slot.buffer, slot.byteOffset, slot.byteLength).toString("base64");

/** For messages that are copied as they are. */
export const packAsBytes: PackSlot = (slot) => slot;

/** The slot that was sent. */
export function unpack(slot: SentSlot): Uint8Array {
  return typeof slot === "string" ? Buffer.from(slot, "base64") : slot;
}

function isOurs(message: unknown): message is SlotMessage {
  return typeof message === "object" && message !== null && (message as Partial<SlotMessage>).cmd === COMMAND;
}
