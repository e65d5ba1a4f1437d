import type { OptionalCommand } from "./queue-layout.ts";
import { optional } from "./queue-layout.ts";
import { maybeText } from "./replies.ts";

/** Payloads above this many bytes are not fetched for their age. */
export const DEFAULT_PAYLOAD_LIMIT_BYTES = 16_384;

/** The element leaves the server only when it is small enough: Redis has no command that tells the size of a list's element. */
const ELEMENT =
  "local p=redis.call('LINDEX',KEYS[1],ARGV[1]) if p and #p<=tonumber(ARGV[2]) then return p end return false";
const FIELD =
  "local p=redis.call('HGET',KEYS[1],ARGV[1]) if p and #p<=tonumber(ARGV[2]) then return p end return false";

/** Asks for an element of a list, unless it is larger than the limit. A read-only script: needs `eval_ro` and `lindex`. */
export function payloadAt(list: string, index: number, limitBytes: number): OptionalCommand {
  return optional("eval_ro", list, ELEMENT, index, limitBytes);
}

/** Asks for a field of a hash, unless it is larger than the limit. A read-only script: needs `eval_ro` and `hget`. */
export function payloadOf(hash: string, field: string, limitBytes: number): OptionalCommand {
  return optional("eval_ro", hash, FIELD, field, limitBytes);
}

/** The JSON object in a payload; `undefined` where it is none. Payloads are read for their time stamps and never shown. */
export function payloadObject(reply: unknown): Readonly<Record<string, unknown>> | undefined {
  const text = maybeText(reply);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
