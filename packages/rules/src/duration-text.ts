const UNITS = [
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** Writes seconds as Prometheus writes a duration: `1h30m`, `900ms`; `0s` for none. Rounded to milliseconds. */
export function durationText(seconds: number): string {
  let rest = Math.round(seconds * 1000);
  let text = "";
  for (const [unit, milliseconds] of UNITS) {
    const count = Math.floor(rest / milliseconds);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * milliseconds;
  }
  return text === "" ? "0s" : text;
}
