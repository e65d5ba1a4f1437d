import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import { contract, createObservableCounter, createObservableGauge } from "@taskvitals/core";
import type { SeriesCount } from "@taskvitals/meter";

/** Refusals of the recorder's own limit, which comes before the meter's. */
export interface SeriesRefusals {
  /** Refusals by instrument. */
  readonly counts: ReadonlyMap<string, number>;
  /** Counts one. */
  readonly onRefused: (instrument: string) => void;
}

/** Counts what the recorder's limit refuses, and warns of the first. */
export function countRefusals(maxSeries: number, warn: (message: string) => void): SeriesRefusals {
  const counts = new Map<string, number>();
  return {
    counts,
    onRefused: (instrument) => {
      const before = counts.get(instrument) ?? 0;
      counts.set(instrument, before + 1);
      if (before > 0) return;
      warn(
        `${instrument} holds its ${maxSeries} label sets (maxSeries); more are counted in one overflow series. ` +
          "Take task names from a small set, end pairs that will not come back with tasks.forget(), or raise maxSeries.",
      );
    },
  };
}

/**
 * Reports how many label sets each instrument holds, and how many its limit refused.
 *
 * @param refusedByRecorder - refusals by instrument of the recorder, whose own limit comes before the meter's
 */
export function observeSeries(
  observables: Meter,
  counts: () => readonly SeriesCount[],
  refusedByRecorder: ReadonlyMap<string, number>,
): void {
  const live = createObservableGauge(observables, contract.series);
  const overflow = createObservableCounter(observables, contract.seriesOverflow);
  const observe: BatchObservableCallback = (result) => {
    for (const count of counts()) {
      const labels = { instrument: count.instrument };
      result.observe(live, count.live, labels);
      result.observe(overflow, refusedByRecorder.get(count.instrument) ?? count.refused, labels);
    }
  };
  observables.addBatchObservableCallback(observe, [live, overflow]);
}
