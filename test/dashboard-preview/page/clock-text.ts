/** A moment as an axis writes it: with seconds where the axis is short, with the day where it is long. */
export function clockText(seconds: number, spanSeconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (spanSeconds <= 300) return `${clock}:${two(date.getSeconds())}`;
  return spanSeconds <= 86_400 ? clock : `${two(date.getMonth() + 1)}/${two(date.getDate())} ${clock}`;
}

/** Round moments of an axis: as many as fit, at most `most`. */
export function clockTicks(from: number, to: number, most: number): number[] {
  const steps = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800];
  const step = steps.find((seconds) => (to - from) / seconds <= most) ?? (to - from) / most;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}
