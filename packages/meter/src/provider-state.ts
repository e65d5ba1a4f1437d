import type { ObservedLabels } from "./observed-labels.ts";
import type { Refusals } from "./refusals.ts";
import type { SeriesStorage } from "./series-storage.ts";

/** What every instrument of one provider shares. */
export interface ProviderState {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly refusals: Refusals;
  readonly maxSeries: number;
  readonly maxObserved: number;
  readonly pruneIdleMs: number | undefined;
  readonly observedLabels: ObservedLabels;
  /** Told of every synchronous instrument when it is created, before anything is recorded. */
  readonly births: Set<(storage: SeriesStorage) => void>;
}
