import { record } from "../layouts/replies.ts";
import { replyFailure } from "../redis-reply.ts";
import { isStreamId } from "./stream-id.ts";

/** What XINFO STREAM says of a stream. */
export interface StreamInfo {
  /** Entries that are there. */
  readonly length: number;
  /** Entries that were ever added; `undefined` before Redis 7, which does not count them. */
  readonly added: number | undefined;
  /** Id of the first entry that is there; `undefined` where none is. */
  readonly firstId: string | undefined;
  /** Id of the last entry that was ever added. */
  readonly lastId: string;
}

/** A stream at one moment: there, absent, or why it cannot be read. */
export type StreamState =
  | { readonly kind: "there"; readonly info: StreamInfo }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string };

/** Reads one reply to XINFO STREAM. */
export function streamState(error: Error | null | undefined, reply: unknown): StreamState {
  if (error instanceof Error) {
    if (/^ERR no such key/i.test(error.message)) return { kind: "absent" };
    if (/^WRONGTYPE/.test(error.message))
      return { kind: "unreadable", why: "its key holds something else than a stream" };
    return { kind: "unreadable", why: replyFailure(error).detail };
  }
  const info = streamInfo(reply);
  return info === undefined
    ? { kind: "unreadable", why: "XINFO STREAM is answered in another form" }
    : { kind: "there", info };
}

function streamInfo(reply: unknown): StreamInfo | undefined {
  const fields = record(reply);
  const length = Number(fields.length);
  const lastId = fields["last-generated-id"];
  const added = fields["entries-added"];
  const first = fields["first-entry"];
  const firstId: unknown = Array.isArray(first) ? first[0] : undefined;
  if (!Number.isSafeInteger(length) || !isStreamId(lastId)) return undefined;
  return {
    length,
    added: Number.isSafeInteger(added) ? Number(added) : undefined,
    firstId: isStreamId(firstId) ? firstId : undefined,
    lastId,
  };
}
