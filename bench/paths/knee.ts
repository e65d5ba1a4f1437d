/** What a path costs at its largest measured size, per worker and minute, and the limits that its parts have. */
export interface PathLimits {
  /** Processor time by what has to do with all workers, in milliseconds per worker and minute; each may fill one core. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Time of what must be done within a scrape, in milliseconds per worker. */
  readonly scrapeMs?: Readonly<Record<string, number>>;
  /** Memory per worker and its limit, in bytes. */
  readonly memory?: Readonly<Record<string, { readonly bytes: number; readonly limit: number }>>;
}

/** Where a path ends. */
export interface Knee {
  /** Workers at which the first limit is reached, extrapolated in a straight line. */
  readonly workers: number;
  /** That limit. */
  readonly first: string;
}

const CORE_MS_PER_MINUTE = 60_000;
/** Prometheus gives up a scrape after 10 s by default. */
export const SCRAPE_TIMEOUT_MS = 10_000;

/** Extrapolates each cost to its limit; the one that is reached first is the knee. */
export function kneeOf({ cpuMs, scrapeMs = {}, memory = {} }: PathLimits): Knee {
  const ends = [
    ...Object.entries(cpuMs).map(([name, ms]) => [`one core of ${name}`, CORE_MS_PER_MINUTE / ms] as const),
    ...Object.entries(scrapeMs).map(([name, ms]) => [`${name} takes 10 s`, SCRAPE_TIMEOUT_MS / ms] as const),
    ...Object.entries(memory).map(([name, { bytes, limit }]) => [`memory of ${name}`, limit / bytes] as const),
  ].filter(([, workers]) => workers > 0 && Number.isFinite(workers));
  const [first, workers] = ends.toSorted(([, one], [, other]) => one - other)[0] ?? ["nothing", 0];
  return { workers, first };
}
