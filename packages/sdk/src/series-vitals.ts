import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import { contract, createObservableCounter, createObservableGauge, describeValue } from "@taskvitals/core";
import type { SeriesCount } from "@taskvitals/meter";

/** Refusals of limits that come before the meter's: of the recorder and of the queues. */
export interface SeriesRefusals {
  /** Refusals by instrument. */
  readonly counts: ReadonlyMap<string, number>;
  /** Counts a label set that the recorder refused. */
  readonly onRefused: (instrument: string) => void;
  /** Counts a discovered queue that is not reported. */
  readonly onQueueRefused: (label: string, reason: "taken" | "full") => void;
}

/** Counts what the limits refuse, and warns of the first of each kind. */
export function countRefusals(
  { maxSeries, maxQueues }: { readonly maxSeries: number; readonly maxQueues: number },
  warn: (message: string) => void,
): SeriesRefusals {
  const counts = new Map<string, number>();
  const warned = new Set<string>();
  const count = (instrument: string): void => void counts.set(instrument, (counts.get(instrument) ?? 0) + 1);
  const warnOnce = (cause: string, message: string): void => {
    if (warned.has(cause)) return;
    warned.add(cause);
    warn(message);
  };
  return {
    counts,
    onRefused: (instrument) => {
      count(instrument);
      warnOnce(
        instrument,
        `${instrument} holds its ${maxSeries} label sets (maxSeries); more are counted in one overflow series. ` +
          "Take task names from a small set, end pairs that will not come back with tasks.forget(), or raise maxSeries.",
      );
    },
    onQueueRefused: (label, reason) => {
      count(contract.queueLength.name);
      warnOnce(
        reason,
        reason === "full"
          ? `${maxQueues} queues are reported (maxQueues); more were discovered and are not. Declare those you need, or raise maxQueues.`
          : `Two queues named ${describeValue(label)} were discovered; the first is reported. Declare one of them with a label of its own.`,
      );
    },
  };
}

/**
 * Reports how many label sets each instrument holds, and how many its limit refused.
 *
 * @param refusedBefore - refusals by instrument of limits that come before the meter's
 */
export function observeSeries(
  observables: Meter,
  counts: () => readonly SeriesCount[],
  refusedBefore: ReadonlyMap<string, number>,
): void {
  const live = createObservableGauge(observables, contract.series);
  const overflow = createObservableCounter(observables, contract.seriesOverflow);
  const observe: BatchObservableCallback = (result) => {
    for (const count of counts()) {
      const labels = { instrument: count.instrument };
      result.observe(live, count.live, labels);
      result.observe(overflow, refusedBefore.get(count.instrument) ?? count.refused, labels);
    }
    const queues = contract.queueLength.name;
    result.observe(overflow, refusedBefore.get(queues) ?? 0, { instrument: queues });
  };
  observables.addBatchObservableCallback(observe, [live, overflow]);
}
