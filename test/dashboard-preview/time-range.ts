/** A span of time, in Unix seconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads the two ends of a range: `now`, `now-30m`, Unix seconds, or an ISO 8601 time.
 *
 * @throws Error on anything else, and on a range that does not go forward
 */
export function readTimeRange(from: string, to: string, now: number): TimeRange {
  const range = { from: readTime(from, now), to: readTime(to, now) };
  if (range.from >= range.to)
    throw new Error(`The range from "${from}" to "${to}" is empty; "to" must come after "from"`);
  return range;
}

function readTime(text: string, now: number): number {
  const [, count, unit] = /^now(?:-(\d+)([smhd]))?$/.exec(text) ?? [];
  if (unit !== undefined) return now - Number(count) * (units[unit] as number);
  if (text === "now") return now;
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (Number.isNaN(time)) throw new Error(`"${text}" is no time; use now, now-30m, Unix seconds or ISO 8601`);
  return time;
}

/** Seconds that a dashboard's `15s`, `1m` mean. @throws Error on anything else */
export function readDuration(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (unit === undefined) throw new Error(`"${text}" is no duration; use one such as 15s or 1m`);
  return Number(count) * (units[unit] as number);
}
