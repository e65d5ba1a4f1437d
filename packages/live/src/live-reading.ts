import type { Sample } from "@taskvitals/rules";

/** A histogram of the contract at one moment. */
export interface HistogramSample {
  /** Name of the metric, without a suffix. */
  readonly name: string;
  /** Its labels, unescaped. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds, without infinity. */
  readonly bounds: readonly number[];
  /** Observations per bucket, not added up; the last one is beyond all bounds. */
  readonly counts: readonly number[];
}

/** What one source shows at one moment: its own instruments, as a page of metrics would show them. */
export interface LiveReading {
  /** Gauges and counters, and of histograms `_sum` and `_count`. */
  readonly samples: readonly Sample[];
  /** Histograms, with their buckets. */
  readonly histograms: readonly HistogramSample[];
}
