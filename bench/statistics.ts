/** The middle of the values; the mean of the two in the middle where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = sort(values);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

/**
 * The value that a share of the values does not exceed, by nearest rank: always one of the values, never interpolated.
 *
 * @param percent - above 0, at most 100
 */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`percentile of ${percent}; expected above 0, at most 100`);
  const sorted = sort(values);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] as number;
}

/** Half of the distance between the first and the third quartile, as a share of the median: the noise beside a figure. */
export function relativeSpread(values: readonly number[]): number {
  return (percentile(values, 75) - percentile(values, 25)) / 2 / median(values);
}

/** A figure with as many digits as mean something: four. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function sort(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError("no values");
  return values.toSorted((a, b) => a - b);
}
