import { UNKNOWN_VALUE } from "./contract.ts";

/** Longest label value kept, in UTF-16 code units; what is longer is cut. */
export const MAX_LABEL_LENGTH = 128;

/**
 * Turns anything into a label value: a string of 1 to 128 characters that is valid Unicode. What is empty, absent or cannot be
 * turned into text is `_UNKNOWN`. Never throws.
 */
export function labelValue(given: unknown): string {
  let text: string;
  try {
    text = typeof given === "string" ? given : given === undefined || given === null ? "" : String(given);
  } catch {
    return UNKNOWN_VALUE;
  }
  if (text === "") return UNKNOWN_VALUE;
  // A cut can fall inside a surrogate pair; drop its first half, since a lone surrogate is not valid UTF-8.
  if (text.length > MAX_LABEL_LENGTH) {
    text = text.slice(
      0,
      isHighSurrogate(text.charCodeAt(MAX_LABEL_LENGTH - 1)) ? MAX_LABEL_LENGTH - 1 : MAX_LABEL_LENGTH,
    );
  }
  return text.toWellFormed();
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
