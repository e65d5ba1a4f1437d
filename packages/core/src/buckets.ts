import { invalidOption } from "./invalid-option.ts";

const MAX_BOUNDS = 100;

/**
 * Checks the upper bounds of a histogram: 1 to 100 finite numbers, each larger than the one before. `+Inf` is implied.
 *
 * @throws {@link TaskVitalsError} `INVALID_OPTION` naming `path` and the first bound that does not fit
 */
export function resolveBuckets(
  path: string,
  given: readonly number[] | undefined,
  fallback: readonly number[],
): readonly number[] {
  if (given === undefined) return fallback;
  const expected = `1 to ${MAX_BOUNDS} finite upper bounds, each larger than the one before`;
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_BOUNDS) {
    throw invalidOption({ path, value: given, expected, remedy: "Leave it out for the defaults." });
  }
  given.forEach((bound: unknown, index) => {
    if (typeof bound !== "number" || !Number.isFinite(bound)) {
      throw invalidOption({ path: `${path}[${index}]`, value: bound, expected: "a finite number (+Inf is implied)" });
    }
    const previous = given[index - 1];
    if (previous !== undefined && bound <= previous) {
      throw invalidOption({
        path: `${path}[${index}]`,
        value: bound,
        expected: `a number above ${previous}, the bound before it`,
        remedy: "Sort the bounds and remove repeated ones.",
      });
    }
  });
  return Object.freeze([...given]);
}
