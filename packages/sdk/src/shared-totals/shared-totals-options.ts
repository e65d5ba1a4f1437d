/** Where the processes of a platform keep what they share. */
export type SharedTotalsStore = "redis" | "machine";

/** How totals are shared by all processes of a platform. Every process of it should say the same. */
export interface SharedTotalsOptions {
  /** Name of the broker in whose Redis the totals are kept. Default: `default`, else the only one there is. Not read for the store `"machine"`. */
  readonly broker?: string | undefined;
  /**
   * Name of what is added up: processes with one namespace share one set of totals. 1 to 64 letters, digits, `.`, `_` or `-`; default
   * `default`. Two platforms on one Redis need two.
   */
  readonly namespace?: string | undefined;
  /**
   * How often each process writes what it has counted, if anything changed, in milliseconds, 1000 to 60 000; default 5000. A process that is killed takes with
   * it at most what it counted in one interval.
   */
  readonly intervalMs?: number | undefined;
  /**
   * A process that was not heard of for so long is taken for dead and what it counted is put aside for good, in milliseconds: at least 12 intervals,
   * at most a day; default 600 000. Taking a frozen process for dead harms nothing: it finds out when it wakes.
   */
  readonly foldAfterMs?: number | undefined;
  /**
   * Whether `/metrics` includes the shared totals too, in one process at a time. Default true; false where `/metrics/shared` is scraped, which needs no
   * turns.
   */
  readonly page?: boolean | undefined;
  /**
   * Where the totals are kept: `"redis"` (default), or `"machine"`, without Redis: in the memory of the first process, which the processes and threads that it
   * starts afterwards (`node:cluster`, `child_process.fork`, `worker_threads`) reach over Node's own channels. A cluster worker or thread whose primary does
   * not take part has no totals; any other process whose parent does not answer is the first itself. Both are warned of.
   */
  readonly store?: SharedTotalsStore | undefined;
}
