/** What the harness hands to a benchmark. */
export interface BenchmarkContext {
  /** True under `--quick`: the smallest size that still runs every line, within a few seconds. Its figures mean nothing. */
  readonly quick: boolean;
  /** Tells the person who waits how far it is; one line on stderr. Standard output stays the harness's. */
  progress(text: string): void;
}

/** A figure with a promise attached. */
export interface BenchmarkTarget {
  /** What was measured, with its unit at the end: `scrape_p99_ms`, `record_bound_ratio`. */
  readonly name: string;
  /** The figure of this run. A ratio to a peer measured in the same run, wherever a peer exists. */
  readonly value: number;
  /** What the figure may be at most, in the unit of `value`. */
  readonly limit: number;
}

/** What one run of a benchmark found. */
export interface BenchmarkOutcome {
  /** The promises, each kept or not; the harness adds `ok`. */
  readonly targets: readonly BenchmarkTarget[];
  /** Everything measured, by name with its unit at the end. Nested objects group; every number is finite. */
  readonly figures: BenchmarkFigures;
  /** Versions of what is no npm package, such as `redis-server`; the packages are told by {@link Benchmark.packages}. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Figures by name; groups may nest. */
export interface BenchmarkFigures {
  readonly [name: string]: number | string | boolean | readonly number[] | BenchmarkFigures;
}

/** One question about cost, answered beside a peer in the same run. A file `bench/<name>.bench.ts` exports it as `benchmark`. */
export interface Benchmark {
  /** The word after `npm run bench --`; the same as in the file's name. */
  readonly name: string;
  /** The question that it answers, in one sentence. */
  readonly describe: string;
  /** The npm packages under comparison; their installed versions go into the report. */
  readonly packages?: readonly string[];
  /** Measures. A rejection is a crash of the benchmark itself, never a bad figure. Leaves nothing running behind. */
  run(context: BenchmarkContext): Promise<BenchmarkOutcome>;
}
