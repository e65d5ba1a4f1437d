import type { TimeRange } from "./time-range.ts";

/** Steps that people can read off an axis, in seconds. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 20, 30],
  ...[60, 120, 300, 600, 900, 1200, 1800],
  ...[3600, 7200, 10_800, 21_600, 43_200, 86_400],
];

/** When and how closely a panel looks. */
export interface QueryWindow extends TimeRange {
  /** Seconds between two points. */
  readonly step: number;
  /** Values of the variables that Grafana itself defines. */
  readonly builtIns: Readonly<Record<string, string>>;
}

/**
 * The window of a panel that is `width` pixels wide, as Grafana's Prometheus data source computes it: at most a point per pixel
 * and never closer than the scrapes; `$__rate_interval` holds at least four scrapes.
 */
export function queryWindow(range: TimeRange, width: number, scrapeSeconds: number): QueryWindow {
  const wanted = Math.max(scrapeSeconds, (range.to - range.from) / width);
  const step = steps.find((candidate) => candidate >= wanted) ?? (steps.at(-1) as number);
  const rangeSeconds = Math.round(range.to - range.from);
  return {
    // On multiples of the step: the same points, whenever the page is drawn.
    from: Math.floor(range.from / step) * step,
    to: Math.floor(range.to / step) * step,
    step,
    builtIns: {
      __interval: `${step}s`,
      __rate_interval: `${Math.max(step + scrapeSeconds, 4 * scrapeSeconds)}s`,
      __range: `${rangeSeconds}s`,
      __range_s: String(rangeSeconds),
    },
  };
}
