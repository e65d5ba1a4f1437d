/** Clocks of producers may be this far ahead of the server's before their stamps mean nothing, in milliseconds. */
const TOLERANCE_MS = 5000;
/** Stamps before this are not times: 2001-09-09, in milliseconds. */
const EARLIEST_MS = 1e12;

/**
 * For how long a task has been ready, in seconds.
 *
 * @param readyAtMs - since when it has been, Unix time in milliseconds
 * @param now - the server's time, in the same unit
 * @returns `undefined` when the stamp is missing, absurd, or in the future: an age that is not known is not 0
 */
export function ageSeconds(readyAtMs: number | undefined, now: number): number | undefined {
  if (readyAtMs === undefined || !(readyAtMs >= EARLIEST_MS) || readyAtMs > now + TOLERANCE_MS) return undefined;
  return Math.max(0, now - readyAtMs) / 1000;
}

/** The oldest of several ages; `undefined` as soon as one is unknown, because that one might be the oldest. */
export function oldestAge(ages: readonly (number | undefined)[]): number | undefined {
  let oldest = 0;
  for (const age of ages) {
    if (age === undefined) return undefined;
    if (age > oldest) oldest = age;
  }
  return oldest;
}

/** The oldest of the ages that are known, which is the least that the oldest of all can be; `undefined` when none is known. */
export function oldestKnownAge(ages: readonly (number | undefined)[]): number | undefined {
  let oldest: number | undefined;
  for (const age of ages) {
    if (age !== undefined && (oldest === undefined || age > oldest)) oldest = age;
  }
  return oldest;
}
