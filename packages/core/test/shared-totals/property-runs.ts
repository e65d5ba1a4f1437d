/**
 * How a property is tried: the same cases on every run of the tests, so that a change is judged by what it changed;
 * twenty times as many with a seed of their own in the soak, which is where new ones are looked for.
 */
export function propertyRuns(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  return process.env.SOAK_MINUTES === undefined ? { numRuns, seed: 20_261_122 } : { numRuns: numRuns * 20 };
}
