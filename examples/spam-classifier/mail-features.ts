/** Number of places a word can hash to: the length of a classifier's weights. */
export const FEATURE_COUNT = 2 ** 16;

/** The words of a mail, headers included, each once, hashed (FNV-1a) to a place below {@link FEATURE_COUNT}. */
export function mailFeatures(text: string): Uint32Array {
  const places = new Set<number>();
  for (const [word] of text.toLowerCase().matchAll(/[a-z$!]{2,20}/g)) places.add(hash(word) % FEATURE_COUNT);
  return Uint32Array.from(places);
}

function hash(word: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < word.length; index++) {
    value = Math.imul(value ^ word.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
