import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import { contract, createObservableCounter, createObservableGauge } from "@taskvitals/core";
import type { SeriesCount } from "@taskvitals/meter";

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
