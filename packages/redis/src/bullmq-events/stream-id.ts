/** In front of every entry of a stream. */
export const BEGINNING = "0-0";

/** Whether a text is an id as Redis writes it: milliseconds and a number, with a hyphen between them. */
export function isStreamId(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,15}-\d{1,20}$/.test(value);
}

/** Negative, 0 or positive, as the first id is before, the same as or after the second. */
export function compareStreamIds(one: string, other: string): number {
  const [ms = "", number = ""] = one.split("-");
  const [otherMs = "", otherNumber = ""] = other.split("-");
  return Number(ms) - Number(otherMs) || compareWhole(number, otherNumber);
}

/** Time at which Redis took the entry, in milliseconds by its own clock; it never falls within a stream. */
export function stampOf(id: string): number {
  return Number(id.slice(0, id.indexOf("-")));
}

/** The number may be as large as 2^64. */
function compareWhole(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one === other ? 0 : one < other ? -1 : 1;
}
