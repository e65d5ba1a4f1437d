/** Characters that show nothing or turn the text around them: controls, marks of direction, and what takes no room. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** A name as it may be shown: what cannot be seen, or would reorder what stands beside it, is spelled out as `\u{202e}`. */
export function visibleName(name: string): string {
  return name.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
