/**
 * A count that a command answered with. A client made with `stringNumbers` answers with a string.
 *
 * @throws UnexpectedReply when it is not a count
 */
export function count(reply: unknown): number {
  const value = typeof reply === "string" && reply !== "" ? Number(reply) : reply;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new UnexpectedReply();
}

/** A count where the command was optional. */
export function maybeCount(reply: unknown): number | undefined {
  return reply === undefined || reply === null ? undefined : count(reply);
}

/** A text, or `undefined` when there is none: a missing field, an empty list, a failed optional command. */
export function maybeText(reply: unknown): string | undefined {
  return typeof reply === "string" ? reply : undefined;
}

/** A list of texts; empty when there is none. */
export function texts(reply: unknown): readonly string[] {
  return Array.isArray(reply) ? reply.filter((item) => typeof item === "string") : [];
}

/** A finite number in a text, or `undefined`. */
export function maybeNumber(reply: unknown): number | undefined {
  if (typeof reply !== "number" && (typeof reply !== "string" || reply.trim() === "")) return undefined;
  const value = Number(reply);
  return Number.isFinite(value) ? value : undefined;
}

/** Fields and values that came as one flat list, as RESP2 has them, or as an object or a map. */
export function record(reply: unknown): Readonly<Record<string, unknown>> {
  if (reply instanceof Map) return Object.fromEntries(reply);
  if (!Array.isArray(reply)) return typeof reply === "object" && reply !== null ? { ...reply } : {};
  const fields: [string, unknown][] = [];
  for (let at = 0; at + 1 < reply.length; at += 2) fields.push([String(reply[at]), reply[at + 1]]);
  return Object.fromEntries(fields);
}

/** The reply is not what the layout expects; the queue is not read. Says nothing of the reply, which may be a payload. */
export class UnexpectedReply extends Error {
  constructor() {
    super("an unexpected reply");
  }
}
