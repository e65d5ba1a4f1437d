/** `1 task`, `3 tasks`. */
export function amount(count: number, noun: string): string {
  const rounded = Math.round(count);
  return `${rounded} ${noun}${rounded === 1 ? "" : "s"}`;
}

/** A time as a person says it: `0.4 s`, `12 s`, `5 min`, `2 h 30 min`, `3 d`. */
export function time(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} d`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `12 %`, `0.3 %`. */
export function percent(ratio: number): string {
  return `${Number((100 * ratio).toPrecision(2))} %`;
}
